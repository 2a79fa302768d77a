package plimsoll.release.deny.scan_incomplete_test

import data.plimsoll.release.deny.scan_incomplete
import data.plimsoll.release_fixture as fixture

with_status(status) := object.union(fixture.model_only, {"reports": [object.union(fixture.report("tfsec"), {"status": status})]})

test_a_report_that_did_not_read_everything_is_denied if {
	[violation] := [found | some found in scan_incomplete.violations] with input as with_status("incomplete")
	violation.code == "scan.incomplete"
}

test_a_status_nobody_knows_is_denied if {
	count(scan_incomplete.violations) == 1 with input as with_status("fine")
}

test_a_pass_and_a_fail_have_read_everything if {
	every status in ["pass", "fail"] {
		count(scan_incomplete.violations) == 0 with input as with_status(status)
	}
}
