# METADATA
# title: Who may do what
# description: >-
#   One total answer for every route, reads too. Denied unless the settings give the action to a role that the
#   caller holds; a denial names the groups that could.
package plimsoll.authz

import data.plimsoll.lib

# METADATA
# title: The decision
# entrypoint: true
# custom:
#   controls: [NIST 800-53 AC-3]
decision := {
	"allow": false,
	"code": "input.malformed",
	"reason": sprintf("the question to the policies is not well formed, at %s", [concat(", ", misfits)]),
} if {
	not well_formed
}

else := {
	"allow": true,
	"code": "caller.allowed",
	"reason": sprintf("%s is in %s", [input.caller.subject, concat(", ", sort(held))]),
} if {
	count(held) > 0
}

else := {"allow": false, "code": "caller.forbidden", "reason": refusal}

well_formed if json.match_schema(input, data.plimsoll.shapes.authz)[0]

default misfits := {"the top"}

misfits := lib.misfits(input, data.plimsoll.shapes.authz)

members := {
	"team": {input.resource.team},
	# Builds of what is not merged yet, such as those of pull requests: anybody who may push a branch may be one.
	"previews": {sprintf("%s/previews", [input.resource.team])},
	"approvers": {group | some group in input.resource.approverGroups},
	"onCall": {group | some group in lib.settings.groups.onCall},
	# Whether a release needs their word is the gate's to say, and the quorum's to count.
	"dataOwners": {group | some group in lib.settings.groups.dataOwners},
	"auditors": {group | some group in lib.settings.groups.auditors},
	"platform": {group | some group in lib.settings.groups.platform},
}

kinds := {"human": "people", "machine": "machines"}

# An action the settings do not name is nobody's.
default roles := []

roles := lib.settings.permissions[input.action][kinds[input.caller.kind]]

able := {group | some role in roles; some group in members[role]}

held := {group | some group in input.caller.groups; group in able}

refusal := sprintf("%s of %s in %s is for members of %s", [
	input.action,
	input.resource.service,
	input.resource.environment,
	concat(", ", sort(able)),
]) if {
	count(able) > 0
}

else := sprintf("%s is not for a %s", [input.action, input.caller.kind])
