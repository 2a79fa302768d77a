package plimsoll.release.deny.scan_crashed_test

import data.plimsoll.release.deny.scan_crashed
import data.plimsoll.release_fixture as fixture

test_a_crash_is_denied_by_name if {
	report := object.union(fixture.report("tfsec"), {"status": "error", "parseErrors": ["tfsec exited with 139"]})
	question := object.union(fixture.model_only, {"reports": [report]})
	[violation] := [found | some found in scan_crashed.violations] with input as question
	violation.code == "scan.crashed"
	violation.message == "tfsec did not come to its end: tfsec exited with 139"
}

test_a_pass_is_not_a_crash if {
	count(scan_crashed.violations) == 0 with input as fixture.model_only
}
