package plimsoll.release.deny.waiver_ended_test

import data.plimsoll.release.deny.waiver_ended
import data.plimsoll.release_fixture as fixture

ended := object.union(fixture.waiver, {"until": "2026-11-20T23:59:59.999Z"})

found(waivers) := result if {
	result := [violation | some violation in waiver_ended.violations] with input as fixture.waiving(waivers)
}

test_an_ended_waiver_says_on_which_day if {
	[violation] := found([ended])
	violation.code == "waiver.ended"
	violation.fingerprint == fixture.fingerprint
	violation.message == "no-access-log of ana ended on 2026-11-20, and checkov CKV_AWS_18 at aws_s3_bucket.models is still there"
}

test_one_that_holds_or_has_not_begun_has_not_ended if {
	found([fixture.waiver]) == []
	found([object.union(fixture.waiver, {"from": "2026-12-01T00:00:00.000Z"})]) == []
}

test_another_that_holds_makes_up_for_it if {
	found([ended, fixture.waiver]) == []
}

test_an_ended_waiver_of_what_is_gone_is_forgotten if {
	found([object.union(ended, {"waives": {"address": "aws_s3_bucket.gone"}})]) == []
}
