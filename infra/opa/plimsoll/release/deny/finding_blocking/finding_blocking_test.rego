package plimsoll.release.deny.finding_blocking_test

import data.plimsoll.release.deny.finding_blocking
import data.plimsoll.release_fixture as fixture

blocking(severity, threshold) := result if {
	result := finding_blocking.violations with input as object.union(fixture.model_only, {
		"order": {"gates": {"blockAt": threshold}},
		"reports": [fixture.reporting(severity)],
	})
}

test_a_finding_at_the_threshold_blocks if {
	[violation] := [found | some found in blocking("high", "high")]
	violation.code == "finding.blocking"
	violation.fingerprint == fixture.fingerprint
	violation.message == "high: checkov CKV_AWS_18 at aws_s3_bucket.models: no access logging"
}

test_a_finding_above_the_threshold_blocks if {
	count(blocking("critical", "high")) == 1
	count(blocking("medium", "low")) == 1
}

test_a_finding_below_the_threshold_does_not_block if {
	count(blocking("medium", "high")) == 0
	count(blocking("high", "critical")) == 0
	count(blocking("info", "low")) == 0
}

blocked_by(waivers) if {
	[_] := [found | some found in finding_blocking.violations] with input as fixture.waiving(waivers)
}

test_a_waived_finding_does_not_block if {
	blocked_by([])
	not blocked_by([fixture.waiver])
}

test_a_waiver_that_has_not_begun_waives_nothing if {
	blocked_by([object.union(fixture.waiver, {"from": "2026-12-01T00:00:00.000Z"})])
}

test_an_ended_waiver_is_another_rules_to_tell if {
	not blocked_by([object.union(fixture.waiver, {"until": "2026-11-20T23:59:59.999Z"})])
}
