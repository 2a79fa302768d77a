package plimsoll.release.deny.waivers_too_many

import data.plimsoll.lib
import data.plimsoll.lib.waivers

# METADATA
# title: Waivers are exceptions
# description: More of them than an approver reads are a rule, and a decision has to show each one.
# custom:
#   code: waiver.tooMany
#   solution: Correct some of the findings; if all of them are right, the blocking severity of the environment is not.
#   controls: [NIST 800-53 CA-5]
violations contains violation if {
	played := count(waivers.in_play)
	played > lib.settings.waiversInPlayMax
	violation := lib.violation(rego.metadata.rule(), sprintf("%d findings pass by waivers; at most %d may", [played, lib.settings.waiversInPlayMax]))
}
