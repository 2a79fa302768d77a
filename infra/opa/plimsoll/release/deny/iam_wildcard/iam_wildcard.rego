package plimsoll.release.deny.iam_wildcard

import data.plimsoll.lib
import data.plimsoll.lib.iam

# METADATA
# title: No IAM policy allows everything
# description: >-
#   Every action at all, every action of a service, or named actions on every resource where they could name one. A
#   policy that cannot be read may say so too.
# custom:
#   code: iam.wildcard
#   solution: Name the actions the role needs, and the resources it needs them on.
#   controls: [CIS AWS Foundations 1.16, NIST 800-53 AC-6, SOC 2 CC6.3]
#   waivable: true
violations contains violation if {
	some found in union({every_action, every_resource, unreadable, administrator})
	violation := lib.violation_at(rego.metadata.rule(), found.address, found.message)
}

every_action contains {"address": one.address, "message": message} if {
	some one in iam.allowing
	some action in iam.actions(one.statement)
	regex.match(`^(\*+|[^:]+:\*+)$`, action)
	message := sprintf("%s allows %s on %s", [one.address, action, concat(", ", sort(iam.resources(one.statement)))])
}

every_resource contains {"address": one.address, "message": message} if {
	some one in iam.allowing
	some resource in iam.resources(one.statement)
	regex.match(`^(arn:)?\*+$`, resource)
	some action in iam.actions(one.statement)
	not regex.match(`^(\*+|[^:]+:\*+)$`, action)
	not of_the_account(action)
	message := sprintf("%s allows %s on every resource", [one.address, action])
}

# Some actions are about the account, and AWS has no resource that they could name.
of_the_account(action) if {
	some pattern in lib.settings.accountActions
	iam.matches(pattern, action)
}

unreadable contains {"address": one.address, "message": sprintf("%s is not a policy that can be read", [one.address])} if {
	some one in iam.texts
	not iam.readable(one.text)
}

administrator contains {"address": resource.address, "message": message} if {
	some resource in lib.written
	regex.match(`^aws_iam_\w*policy_attachment$`, resource.type)
	endswith(resource.after.policy_arn, ":policy/AdministratorAccess")
	message := sprintf("%s gives AdministratorAccess", [resource.address])
}
