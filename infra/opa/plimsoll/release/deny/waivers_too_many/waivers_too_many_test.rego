package plimsoll.release.deny.waivers_too_many_test

import data.plimsoll.release.deny.waivers_too_many
import data.plimsoll.release_fixture as fixture

waiving(number) := object.union(fixture.waiving(waivers), {"reports": [object.union(fixture.reporting("high"), {"findings": findings})]}) if {
	names := [sprintf("aws_s3_bucket.b%d", [n]) | some n in numbers.range(1, number)]
	waivers := [object.union(fixture.waiver, {"waives": {"address": name}}) | some name in names]
	findings := [object.union(fixture.finding("high"), {"address": name, "fingerprint": sprintf("sha256:%064d", [n])}) | some n, name in names]
}

found(number) := result if {
	result := [violation | some violation in waivers_too_many.violations] with input as waiving(number)
}

test_twenty_are_read if {
	found(20) == []
}

test_more_are_denied if {
	[violation] := found(21)
	violation.code == "waiver.tooMany"
	violation.message == "21 findings pass by waivers; at most 20 may"
}
