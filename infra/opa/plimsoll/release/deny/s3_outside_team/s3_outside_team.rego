package plimsoll.release.deny.s3_outside_team

import data.plimsoll.lib
import data.plimsoll.lib.iam

# METADATA
# title: A team reads and writes its own prefixes and buckets
# description: >-
#   What belongs to whom is in plimsoll/teams. A pattern that reaches beyond a prefix is outside of it, and so is a
#   list of a shared bucket without a condition on the prefix.
# custom:
#   code: s3.outsideTeam
#   solution: Name the team's own bucket and prefix; what it is given to read of others goes into plimsoll/teams by review.
#   controls: [NIST 800-53 AC-4, NIST 800-53 AC-6, SOC 2 CC6.1]
#   waivable: true
violations contains violation if {
	some one in iam.allowing
	some action in iam.actions(one.statement)
	startswith(action, "s3:")
	not of_the_account(action)
	some resource in iam.resources(one.statement)
	not own(resource, one.statement)
	message := sprintf("%s allows %s on %s, which is not %s's", [one.address, action, resource, input.order.team])
	violation := lib.violation_at(rego.metadata.rule(), one.address, message)
}

of_the_account(action) if action in {"s3:listallmybuckets", "s3:getaccountpublicaccessblock"}

parts(resource) := {"bucket": regex.replace(path, `/.*$`, ""), "key": key} if {
	path := regex.replace(resource, `^arn:aws[a-z-]*:s3:::`, "")
	path != resource
	key := substring(path, indexof(path, "/") + 1, -1)
	contains(path, "/")
}

else := {"bucket": path, "key": null} if {
	path := regex.replace(resource, `^arn:aws[a-z-]*:s3:::`, "")
	path != resource
}

entries := object.get(data.plimsoll.teams, [input.order.team, "s3"], [])

own(resource, statement) if {
	found := parts(resource)

	# A pattern for a bucket is more than one bucket.
	not regex.match(`[*?]`, found.bucket)
	some entry in entries
	glob.match(entry.bucket, null, found.bucket)
	within(entry.prefix, found.key, statement)
}

within(prefix, key, _) if startswith(key, prefix)

# The bucket itself: lists and the like.
within("", null, _)

within(prefix, null, statement) if {
	prefix != ""
	some operator in ["stringequals", "stringlike"]
	asked := iam.condition(statement, "s3:prefix")[operator]
	count(asked) > 0
	every one in asked {
		startswith(one, lower(prefix))
	}
}
