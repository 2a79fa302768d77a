# METADATA
# title: What rules share
# description: >-
#   Small words about severities, reports, changes and environments, so that each rule reads as its sentence.
package plimsoll.lib

settings := data.plimsoll.settings

# The rule's own METADATA and a message make a violation.
violation(rule, message) := {
	"code": rule.custom.code,
	"title": rule.title,
	"message": message,
	"solution": rule.custom.solution,
}

# The same about one thing, which a waiver may name. The message is part of the fingerprint: what is wrong in another
# way is another thing.
violation_at(rule, address, message) := object.union(violation(rule, message), {
	"address": address,
	"rule": rule.custom.code,
	"fingerprint": sprintf("sha256:%s", [crypto.sha256(json.marshal([rule.custom.code, address, message]))]),
	"waivable": object.get(rule.custom, "waivable", false),
})

# The names of the fields that do not fit the shape; the shapes themselves are JSON Schema, in plimsoll/shapes.
misfits(document, shape) := {problem.field | some problem in json.match_schema(document, shape)[1]}

at_least(severity, threshold) if rank(severity) >= rank(threshold)

rank(severity) := position if {
	some position, name in settings.severities
	name == severity
}

production if input.order.environment in settings.productionEnvironments

findings contains finding if {
	some report in input.reports
	some finding in report.findings
}

# Changes that leave something new or changed behind.
written contains resource if {
	some resource in input.change.resources
	resource.action in {"create", "update", "replace"}
}

# Changes after which something is gone, or gone from Terraform's sight.
removed contains resource if {
	some resource in input.change.resources
	resource.action in {"delete", "replace", "forget"}
}

# JSON lets one thing stand for a list of one; IAM policies use it everywhere.
listed(value) := value if is_array(value)

listed(value) := [value] if not is_array(value)
