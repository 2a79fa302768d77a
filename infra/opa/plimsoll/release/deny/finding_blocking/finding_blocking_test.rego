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
