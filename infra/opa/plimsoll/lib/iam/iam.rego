# METADATA
# title: Reading IAM policies
# description: >-
#   The policies that a change writes, as statements. JSON lets one thing stand for a list of one, action names do not
#   care about case, and everything but a list is everything for whoever picks the list.
package plimsoll.lib.iam

import data.plimsoll.lib

# Types of identity policies, and who holds them. A managed policy may be attached to anybody.
holders := {
	"aws_iam_policy": "anybody",
	"aws_iam_role_policy": "a role",
	"aws_iam_user_policy": "a user",
	"aws_iam_group_policy": "a user",
}

# What is not known before it is made is no text; every change of IAM is put to people.
texts contains {"address": resource.address, "holder": holders[resource.type], "text": text} if {
	some resource in lib.written
	text := resource.after.policy
	holders[resource.type]
	text != null
}

texts contains {"address": resource.address, "holder": "a role", "text": text} if {
	some resource in lib.written
	resource.type == "aws_iam_role"
	text := resource.after.inline_policy[_].policy
	text != null
}

readable(text) if is_object(json.unmarshal(text))

statements(text) := lib.listed(json.unmarshal(text).Statement)

# Every statement that allows something, with where it stands.
allowing contains {"address": one.address, "holder": one.holder, "statement": statement} if {
	some one in texts
	some statement in statements(one.text)
	statement.Effect == "Allow"
}

# Who may take on a role, and under which conditions.
trusts contains {"address": resource.address, "statement": statement} if {
	some resource in lib.written
	resource.type == "aws_iam_role"
	some statement in statements(resource.after.assume_role_policy)
	statement.Effect == "Allow"
}

# Lower case.
actions(statement) := {"*"} if statement.NotAction

else := {lower(action) | some action in lib.listed(statement.Action)}

resources(statement) := {"*"} if statement.NotResource

else := {resource | some resource in lib.listed(object.get(statement, "Resource", "*"))}

# Whether a pattern of a policy covers a name. Both are lower case.
matches(pattern, name) if glob.match(pattern, null, name)

# Values of one condition key of a statement, by operator; keys do not care about case either.
condition(statement, wanted) := {lower(operator): values |
	some operator, keys in object.get(statement, "Condition", {})
	some key, value in keys
	lower(key) == lower(wanted)
	values := {lower(sprintf("%v", [one])) | some one in lib.listed(value)}
}

# Demands a second factor. `BoolIfExists` is true for whoever has no such key at all, so that it demands nothing.
demands_mfa(statement) if condition(statement, "aws:MultiFactorAuthPresent").bool == {"true"}

demands_mfa(statement) if {
	some operator in ["numericlessthan", "numericlessthanequals"]
	condition(statement, "aws:MultiFactorAuthAge")[operator]
}
