package plimsoll.release.ask.destructive_test

import data.plimsoll.release.ask.destructive
import data.plimsoll.release_fixture as fixture

reasons(action) := result if {
	result := destructive.reasons with input as fixture.changing([fixture.resource("aws_sqs_queue", action, null)])
}

test_what_goes_away_asks if {
	every action in ["delete", "replace", "forget"] {
		reasons(action) == {"approval.destructive"}
	}
}

test_what_stays_does_not if {
	every action in ["create", "update", "read"] {
		reasons(action) == set()
	}
}

test_no_change_does_not if {
	destructive.reasons == set() with input as fixture.model_only
}
