package plimsoll.release.deny.bucket_public

import data.plimsoll.lib
import data.plimsoll.lib.buckets

# METADATA
# title: No bucket is open to the world
# description: >-
#   By its access list, by its policy, or since nothing keeps others from opening it: a new bucket has a public access
#   block with all four settings, and one that is there keeps it.
# custom:
#   code: bucket.public
#   solution: Keep aws_s3_bucket_public_access_block with all four settings true; hand files out through signed URLs or a CDN.
#   controls: [CIS AWS Foundations 2.1.4, NIST 800-53 AC-3, SOC 2 CC6.6]
#   waivable: true
violations contains violation if {
	some found in union({by_acl, by_block, without_block, by_policy, block_gone})
	violation := lib.violation_at(rego.metadata.rule(), found.address, found.message)
}

by_acl contains {"address": resource.address, "message": message} if {
	some resource in lib.written
	resource.type in {"aws_s3_bucket_acl", "aws_s3_bucket"}
	resource.after.acl in {"public-read", "public-read-write", "authenticated-read"}
	message := sprintf("%s has the access list %s", [resource.address, resource.after.acl])
}

by_acl contains {"address": resource.address, "message": message} if {
	some resource in lib.written
	resource.type == "aws_s3_bucket_acl"
	uri := resource.after.access_control_policy[_].grant[_].grantee[_].uri
	regex.match(`/(AllUsers|AuthenticatedUsers)$`, uri)
	message := sprintf("%s grants something to %s", [resource.address, uri])
}

settings := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

by_block contains {"address": resource.address, "message": message} if {
	some resource in lib.written
	resource.type in {"aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"}
	some setting in settings
	object.get(resource.after, setting, false) in {false, null}
	message := sprintf("%s leaves %s off", [resource.address, setting])
}

without_block contains {"address": bucket.address, "message": sprintf("%s has no public access block", [bucket.address])} if {
	some bucket in buckets.created
	not buckets.has(bucket, "aws_s3_bucket_public_access_block")
}

block_gone contains {"address": resource.address, "message": sprintf("%s of %s", [resource.action, resource.address])} if {
	some resource in lib.removed
	resource.action in {"delete", "forget"}
	resource.type in {"aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"}
	not bucket_goes(resource)
}

# With its bucket it may go.
bucket_goes(block) if {
	some bucket in lib.removed
	bucket.type == "aws_s3_bucket"
	block.before.bucket in {bucket.before.bucket, bucket.before.id}
}

by_policy contains {"address": resource.address, "message": message} if {
	some resource in lib.written
	resource.type == "aws_s3_bucket_policy"
	some statement in lib.listed(json.unmarshal(resource.after.policy).Statement)
	statement.Effect == "Allow"
	everybody(statement.Principal)
	count(object.get(statement, "Condition", {})) == 0
	message := sprintf("%s allows %s to everybody", [resource.address, concat(", ", lib.listed(statement.Action))])
}

everybody(principal) if principal == "*"

everybody(principal) if "*" in lib.listed(principal.AWS)
