package plimsoll.release.ask.finding_waived_test

import data.plimsoll.release.ask.finding_waived
import data.plimsoll.release_fixture as fixture

test_a_waived_finding_asks if {
	finding_waived.reasons == {"finding.waived"} with input as fixture.waiving([fixture.waiver])
}

test_a_waiver_of_nothing_that_was_found_does_not if {
	finding_waived.reasons == set() with input as object.union(fixture.model_only, {"waivers": [fixture.waiver]})
}
