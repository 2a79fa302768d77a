package plimsoll.release.deny.iam_wildcard

import data.plimsoll.lib

# METADATA
# title: No IAM policy allows everything
# description: Every action at all, or every action of a service on every resource. A policy that cannot be read may say so too.
# custom:
#   code: iam.wildcard
#   solution: Name the actions the role needs, and the resources it needs them on.
#   controls: [CIS AWS Foundations 1.16, NIST 800-53 AC-6]
violations contains violation if {
	some found in union({too_wide, unreadable, administrator})
	violation := lib.violation(rego.metadata.rule(), found)
}

too_wide contains sprintf("%s allows %s on %s", [address, action, concat(", ", [sprintf("%v", [name]) | some name in resources])]) if {
	some address, texts in policies
	some text in texts
	some statement in lib.listed(json.unmarshal(text).Statement)
	statement.Effect == "Allow"
	resources := lib.listed(object.get(statement, "Resource", "*"))
	some action in actions(statement)
	wide(action, resources)
}

unreadable contains sprintf("%s is not a policy that can be read", [address]) if {
	some address, texts in policies
	some text in texts
	not readable(text)
}

administrator contains sprintf("%s gives AdministratorAccess", [resource.address]) if {
	some resource in lib.written
	regex.match(`^aws_iam_\w*policy_attachment$`, resource.type)
	endswith(resource.after.policy_arn, ":policy/AdministratorAccess")
}

# Address to texts. A policy that is not known yet (it names what is not made yet) is no text; every change of
# IAM is put to people.
policies[resource.address] contains text if {
	some resource in lib.written
	resource.type in {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}
	text := resource.after.policy
	text != null
}

policies[resource.address] contains text if {
	some resource in lib.written
	resource.type == "aws_iam_role"
	text := resource.after.inline_policy[_].policy
	text != null
}

readable(text) if is_object(json.unmarshal(text))

# Everything but a list is everything for whoever picks the list.
actions(statement) := ["*"] if statement.NotAction

else := lib.listed(statement.Action)

wide(action, _) if regex.match(`^\*+(:\*+)?$`, action)

wide(action, resources) if {
	regex.match(`:\*+$`, action)
	some resource in resources
	regex.match(`^(arn:)?\*+$`, resource)
}
