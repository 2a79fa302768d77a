package plimsoll.release.waived_test

import data.plimsoll.release.waived
import data.plimsoll.release_fixture as fixture

in_play(waiver) := result if {
	result := waived.in_play with input as fixture.waiving([waiver])
}

passes(change) if count(in_play(object.union(fixture.waiver, change))) == 1

test_what_is_in_play_says_who_answers_for_what_and_how_long if {
	in_play(fixture.waiver) == {{
		"name": "no-access-log",
		"fingerprint": fixture.fingerprint,
		"rule": "CKV_AWS_18",
		"address": "aws_s3_bucket.models",
		"owner": "ana",
		"reason": "the log bucket comes in December",
		"until": "2026-12-31T23:59:59.999Z",
	}}
}

test_a_fingerprint_names_its_finding_in_every_environment if {
	passes({"waives": {"kind": "fingerprint", "fingerprint": fixture.fingerprint}, "environment": null})
	not passes({"waives": {"kind": "fingerprint", "fingerprint": replace(fixture.fingerprint, "a", "b")}, "environment": null})
}

test_rule_address_environment_and_service_are_exact if {
	not passes({"waives": {"rule": "CKV_AWS_19"}})
	not passes({"waives": {"address": "aws_s3_bucket.model"}})
	not passes({"waives": {"address": "aws_s3_bucket.*"}})
	not passes({"environment": "production"})
	not passes({"service": "churn-scorer"})
	passes({"service": "fraud-scorer"})
}

test_a_kind_nobody_knows_waives_nothing if {
	not passes({"waives": {"kind": "everything"}})
}

test_it_holds_from_its_first_instant_to_its_last if {
	passes({"from": fixture.at})
	passes({"until": fixture.at})
	not passes({"from": "2026-11-25T12:00:00.001Z"})
	not passes({"until": "2026-11-25T11:59:59.999Z"})
}

test_an_instant_that_cannot_be_read_waives_nothing if {
	not passes({"until": "for ever"})
	not passes({"from": "always"})
	question := object.union(fixture.waiving([fixture.waiver]), {"at": "now"})
	count(waived.in_play) == 0 with input as question
}

test_of_two_the_one_that_holds_longer_is_in_play if {
	longer := object.union(fixture.waiver, {"name": "longer", "until": "2027-01-15T23:59:59.999Z"})
	played := waived.in_play with input as fixture.waiving([longer, fixture.waiver])
	{one.name | some one in played} == {"longer"}
}

test_what_does_not_block_needs_no_waiver if {
	question := object.union(fixture.waiving([fixture.waiver]), {"order": {"gates": {"blockAt": "critical"}}})
	count(waived.in_play) == 0 with input as question
}

test_some_rules_are_never_waived if {
	every rule in ["ArtifactDigest", "plimsoll.terraform.variable.sensitive"] {
		finding := object.union(fixture.finding("high"), {"rule": rule})
		waiver := object.union(fixture.waiver, {"waives": {"kind": "fingerprint", "fingerprint": fixture.fingerprint}})
		question := object.union(fixture.waiving([waiver]), {"reports": [object.union(fixture.reporting("high"), {"findings": [finding]})]})
		count(waived.in_play) == 0 with input as question
	}
}

test_what_cannot_be_waived_stands_beside_what_is if {
	question := object.union(fixture.waiving([fixture.waiver]), {"reports": [fixture.reporting("high")]})
	codes := {violation.code | some violation in waived.standing} with input as question
	codes == {"scan.missing"}
}

codes(waivers) := result if {
	result := {violation.code | some violation in waived.standing} with input as fixture.waiving(waivers)
}

test_what_passes_does_not_stand if {
	codes([]) == {"finding.blocking"}
	codes([fixture.waiver]) == set()
}

test_a_waiver_that_has_not_begun_waives_nothing if {
	codes([object.union(fixture.waiver, {"from": "2026-12-01T00:00:00.000Z"})]) == {"finding.blocking"}
}

ended := object.union(fixture.waiver, {"until": "2026-11-20T23:59:59.999Z"})

test_an_ended_waiver_denies_and_says_on_which_day if {
	[violation] := [one | some one in waived.standing] with input as fixture.waiving([ended])
	violation.code == "waiver.ended"
	violation.fingerprint == fixture.fingerprint
	violation.message == "no-access-log of ana ended on 2026-11-20, and CKV_AWS_18 at aws_s3_bucket.models is still there"
}

test_another_that_holds_makes_up_for_an_ended_one if {
	codes([ended, fixture.waiver]) == set()
}

test_an_ended_waiver_of_what_is_gone_is_forgotten if {
	codes([object.union(ended, {"waives": {"address": "aws_s3_bucket.gone"}})]) == {"finding.blocking"}
}

waiving(number) := object.union(fixture.waiving(waivers), {"reports": array.concat(fixture.model_only.reports, [report])}) if {
	names := [sprintf("aws_s3_bucket.b%d", [n]) | some n in numbers.range(1, number)]
	waivers := [object.union(fixture.waiver, {"waives": {"address": name}}) | some name in names]
	findings := [object.union(fixture.finding("high"), {"address": name, "fingerprint": sprintf("sha256:%064d", [n])}) | some n, name in names]
	report := object.union(fixture.reporting("high"), {"findings": findings})
}

standing(number) := result if {
	result := [violation | some violation in waived.standing] with input as waiving(number)
}

test_twenty_waivers_are_read if {
	standing(20) == []
}

test_more_are_denied if {
	[violation] := standing(21)
	violation.code == "waiver.tooMany"
	violation.message == "21 things pass by waivers; at most 20 may"
}
