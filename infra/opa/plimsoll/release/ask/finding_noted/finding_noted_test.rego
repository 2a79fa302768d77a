package plimsoll.release.ask.finding_noted_test

import data.plimsoll.release.ask.finding_noted
import data.plimsoll.release_fixture as fixture

reasons(severity) := result if {
	result := finding_noted.reasons with input as object.union(fixture.model_only, {"reports": [fixture.reporting(severity)]})
}

test_medium_and_above_ask if {
	every severity in ["medium", "high", "critical"] {
		reasons(severity) == {"approval.findings"}
	}
}

test_low_and_info_do_not if {
	every severity in ["low", "info"] {
		reasons(severity) == set()
	}
}
