package plimsoll.release.ask.first_release_test

import data.plimsoll.release.ask.first_release
import data.plimsoll.release_fixture as fixture

test_a_first_release_asks if {
	first_release.reasons == {"approval.firstRelease"} with input as object.union(fixture.model_only, {"firstRelease": true})
}

test_a_later_one_does_not if {
	first_release.reasons == set() with input as fixture.model_only
}
