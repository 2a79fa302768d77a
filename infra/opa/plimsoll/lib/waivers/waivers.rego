# METADATA
# title: What waivers let pass
# description: >-
#   A waiver names one finding exactly and holds between two instants. Whether it holds is asked of the instant in the
#   question, never of a clock; an instant that cannot be read holds nothing.
package plimsoll.lib.waivers

import data.plimsoll.lib

# What would deny, waivers aside.
blocking contains finding if {
	some finding in lib.findings
	lib.at_least(finding.severity, input.order.gates.blockAt)
}

# The catalog gives only waivers in scope; a mistake there must not waive anything here.
in_scope contains waiver if {
	some waiver in input.waivers
	waiver.environment in {null, input.order.environment}
	waiver.service in {null, input.order.service}
}

now := time.parse_rfc3339_ns(input.at)

in_force contains waiver if {
	some waiver in in_scope
	time.parse_rfc3339_ns(waiver.from) <= now
	time.parse_rfc3339_ns(waiver.until) >= now
}

ended contains waiver if {
	some waiver in in_scope
	time.parse_rfc3339_ns(waiver.until) < now
}

covers(waiver, finding) if {
	not finding.rule in lib.settings.neverWaived
	names(waiver.waives, finding)
}

names(waived, finding) if {
	waived.kind == "fingerprint"
	waived.fingerprint == finding.fingerprint
}

names(waived, finding) if {
	waived.kind == "rule"
	waived.rule == finding.rule
	waived.address == finding.address
}

# Fingerprint to those that let it pass, the last to end at the end.
passes[finding.fingerprint] := sort({[waiver.until, waiver.name, waiver] |
	some waiver in in_force
	covers(waiver, finding)
}) if {
	some finding in blocking
}

waived(finding) if count(passes[finding.fingerprint]) > 0

# One for each finding that passes: that which holds longest.
in_play contains {
	"name": waiver.name,
	"fingerprint": finding.fingerprint,
	"rule": finding.rule,
	"address": finding.address,
	"owner": waiver.owner,
	"reason": waiver.reason,
	"until": waiver.until,
} if {
	some finding in blocking
	waiver := passes[finding.fingerprint][count(passes[finding.fingerprint]) - 1][2]
}

day(instant) := substring(instant, 0, 10)
