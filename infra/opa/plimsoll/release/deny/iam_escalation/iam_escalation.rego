package plimsoll.release.deny.iam_escalation

import data.plimsoll.lib
import data.plimsoll.lib.iam

# METADATA
# title: No policy lets its holder become more than it is
# description: >-
#   Known ways from a few rights to all of them, in plimsoll/escalations with a source each. What writes or attaches
#   policies passes where it is held to a permissions boundary, and a role is passed where it is named together with
#   the service that gets it.
# custom:
#   code: iam.escalation
#   solution: Take the action away; or demand `iam:PermissionsBoundary`, or for iam:PassRole name the role and `iam:PassedToService`.
#   controls: [CIS AWS Foundations 1.16, NIST 800-53 AC-6, SOC 2 CC6.3]
#   waivable: true
violations contains violation if {
	some one in iam.allowing
	some pattern in iam.actions(one.statement)

	# Every action of a service is iam.wildcard's to say.
	not regex.match(`^(\*+|[^:]+:\*+)$`, pattern)
	some action in reached(pattern)
	way := ways[lower(action)]
	not held(lower(action), one.statement)
	message := sprintf("%s allows %s, with which its holder %s (%s)", [one.address, action, way.how, way.source])
	violation := lib.violation_at(rego.metadata.rule(), one.address, message)
}

# What a pattern reaches. A name without a pattern is looked up: there are thousands of those.
reached(pattern) := {ways[pattern].action} if not regex.match(`[*?]`, pattern)

else := {way.action | some name, way in ways; iam.matches(pattern, name)}

ways := {lower(action): object.union(way, {"action": action}) | some action, way in data.plimsoll.escalations}

held("iam:passrole", statement) if {
	count(iam.condition(statement, "iam:PassedToService")) > 0
	not "*" in iam.resources(statement)
}

held(action, statement) if {
	regex.match(`^iam:(put|attach)(user|role)policy$`, action)
	some operator in ["stringequals", "arnequals"]
	iam.condition(statement, "iam:PermissionsBoundary")[operator]
}
