# METADATA
# title: May this release go on?
# description: >-
#   One total answer. Deny beats everything; a question that is not well formed is denied; people are asked only
#   about what is allowed. Rules are found by their folder: every package under `deny` has `violations`, every
#   package under `ask` has `reasons`.
package plimsoll.release

import data.plimsoll.lib
import data.plimsoll.release.waived

# METADATA
# title: The decision
# entrypoint: true
decision := {"kind": "deny", "violations": [malformed], "violationsCount": 1, "because": [], "waivers": [], "seats": []} if not well_formed

else := {
	"kind": "deny",
	"violations": array.slice(violations, 0, lib.settings.violationsMax),
	"violationsCount": count(violations),
	"because": [],
	"waivers": array.slice(in_play, 0, lib.settings.waiversInPlayMax),
	"seats": [],
} if {
	count(violations) > 0
}

else := allowed("allow", ["rollback.reviewedAfterwards"]) if not input.order.rollback == null

else := object.union(allowed("approval needed", reasons), {"seats": seats}) if count(reasons) > 0

else := allowed("allow", ["approval.notNeeded"])

allowed(kind, because) := {"kind": kind, "violations": [], "violationsCount": 0, "because": because, "waivers": in_play, "seats": []}

in_play := sort(waived.in_play)

# What only the waivers need to know does not travel.
violations := sort({object.remove(violation, ["rule", "waivable"]) | some violation in waived.standing})

reasons := sort({reason | some reason in data.plimsoll.release.ask[_].reasons})

# Who has to be among those who approve, whatever the environment asks for.
seats := sort({seat | some seat in data.plimsoll.release.ask[_].seats})

well_formed if json.match_schema(input, data.plimsoll.shapes.release)[0]

# METADATA
# title: The question is well formed
# description: A rule that cannot read its input would find nothing to object to, so nothing is judged at all.
# custom:
#   code: input.malformed
#   solution: The worker and the policies are of different versions; bring both to the same one.
#   controls: [NIST 800-53 SI-10]
malformed := lib.violation(
	rego.metadata.rule(),
	sprintf("the question to the policies is not well formed, at %s", [concat(", ", misfits)]),
)

default misfits := {"the top"}

misfits := lib.misfits(input, data.plimsoll.shapes.release)
