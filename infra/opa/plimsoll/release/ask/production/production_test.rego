package plimsoll.release.ask.production_test

import data.plimsoll.release.ask.production
import data.plimsoll.release_fixture as fixture

test_production_asks if {
	production.reasons == {"approval.production"} with input as fixture.in_production(fixture.model_only)
}

test_staging_does_not if {
	production.reasons == set() with input as fixture.model_only
}
