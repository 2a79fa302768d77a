package plimsoll.lib.waivers_test

import data.plimsoll.lib.waivers
import data.plimsoll.release_fixture as fixture

in_play(waiver) := result if {
	result := waivers.in_play with input as fixture.waiving([waiver])
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
	count(waivers.in_play) == 0 with input as question
}

test_of_two_the_one_that_holds_longer_is_in_play if {
	longer := object.union(fixture.waiver, {"name": "longer", "until": "2027-01-15T23:59:59.999Z"})
	played := waivers.in_play with input as fixture.waiving([longer, fixture.waiver])
	{one.name | some one in played} == {"longer"}
}

test_what_does_not_block_needs_no_waiver if {
	question := object.union(fixture.waiving([fixture.waiver]), {"order": {"gates": {"blockAt": "critical"}}})
	count(waivers.in_play) == 0 with input as question
}

test_some_rules_are_never_waived if {
	every rule in ["ArtifactDigest", "plimsoll.terraform.variable.sensitive"] {
		finding := object.union(fixture.finding("high"), {"rule": rule})
		waiver := object.union(fixture.waiver, {"waives": {"kind": "fingerprint", "fingerprint": fixture.fingerprint}})
		not waivers.waived(finding) with input as object.union(fixture.waiving([waiver]), {"reports": [object.union(fixture.reporting("high"), {"findings": [finding]})]})
	}
}
