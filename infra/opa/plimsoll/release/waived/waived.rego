# METADATA
# title: What waivers let pass
# description: >-
#   Rules that can be waived say so in their METADATA and name what they are about. A waiver names exactly one such
#   thing and holds between two instants. Whether it holds is asked of the instant in the question, never of a clock;
#   an instant that cannot be read holds nothing.
package plimsoll.release.waived

import data.plimsoll.lib

# What denies, waivers aside.
found contains violation if some violation in data.plimsoll.release.deny[_].violations

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

over contains waiver if {
	some waiver in in_scope
	time.parse_rfc3339_ns(waiver.until) < now
}

covers(waiver, violation) if {
	violation.waivable
	names(waiver.waives, violation)
}

names(waived, violation) if {
	waived.kind == "fingerprint"
	waived.fingerprint == violation.fingerprint
}

names(waived, violation) if {
	waived.kind == "rule"
	waived.rule == violation.rule
	waived.address == violation.address
}

# The last to end comes last.
passing(violation) := sort([[waiver.until, waiver.name, waiver] |
	some waiver in in_force
	covers(waiver, violation)
])

passes(violation) if count(passing(violation)) > 0

# One for each thing that passes: the waiver that holds longest.
in_play contains {
	"name": waiver.name,
	"fingerprint": violation.fingerprint,
	"rule": violation.rule,
	"address": violation.address,
	"owner": waiver.owner,
	"reason": waiver.reason,
	"until": waiver.until,
} if {
	some violation in found
	waivers := passing(violation)
	waiver := waivers[count(waivers) - 1][2]
}

standing contains violation if {
	some violation in found
	not passes(violation)
	not lapsed(violation)
}

standing contains violation if some violation in ended

standing contains violation if some violation in too_many

lapsed(violation) if {
	some waiver in over
	covers(waiver, violation)
}

# METADATA
# title: A waiver that has ended waives nothing
# description: What it was to give time for has not been done, or nobody has taken the waiver away.
# custom:
#   code: waiver.ended
#   solution: Correct what it is about, or let another waiver be reviewed.
#   controls: [NIST 800-53 RA-5, NIST 800-53 CA-5]
ended contains violation if {
	some kept in found
	not passes(kept)
	some waiver in over
	covers(waiver, kept)
	message := sprintf("%s of %s ended on %s, and %s at %s is still there", [
		waiver.name,
		waiver.owner,
		substring(waiver.until, 0, 10),
		kept.rule,
		kept.address,
	])
	rule := rego.metadata.rule()
	violation := object.union(lib.violation(rule, message), {"fingerprint": kept.fingerprint, "address": kept.address})
}

# METADATA
# title: Waivers are exceptions
# description: More of them than an approver reads are a rule, and a decision has to show each one.
# custom:
#   code: waiver.tooMany
#   solution: Correct some of what is waived; if all of it is right, the blocking severity of the environment is not.
#   controls: [NIST 800-53 CA-5]
too_many contains violation if {
	played := count(in_play)
	played > lib.settings.waiversInPlayMax
	message := sprintf("%d things pass by waivers; at most %d may", [played, lib.settings.waiversInPlayMax])
	violation := lib.violation(rego.metadata.rule(), message)
}
