# METADATA
# title: May this release go on?
# description: >-
#   One total answer. Deny beats everything; a question that is not well formed is denied; people are asked only
#   about what is allowed. Rules are found by their folder: every package under `deny` has `violations`, every
#   package under `ask` has `reasons`.
package plimsoll.release

import data.plimsoll.lib
import data.plimsoll.lib.waivers

# METADATA
# title: The decision
# entrypoint: true
decision := {"kind": "deny", "violations": [malformed], "violationsCount": 1, "because": [], "waivers": []} if not well_formed

else := {
	"kind": "deny",
	"violations": array.slice(violations, 0, lib.settings.violationsMax),
	"violationsCount": count(violations),
	"because": [],
	"waivers": array.slice(in_play, 0, lib.settings.waiversInPlayMax),
} if {
	count(violations) > 0
}

else := allowed("allow", ["rollback.reviewedAfterwards"]) if not input.order.rollback == null

else := allowed("approval needed", reasons) if count(reasons) > 0

else := allowed("allow", ["approval.notNeeded"])

allowed(kind, because) := {"kind": kind, "violations": [], "violationsCount": 0, "because": because, "waivers": in_play}

in_play := sort(waivers.in_play)

violations := sort({violation | some violation in data.plimsoll.release.deny[_].violations})

reasons := sort({reason | some reason in data.plimsoll.release.ask[_].reasons})

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
