package plimsoll.release_test

import data.plimsoll.release
import data.plimsoll.release_fixture as fixture

test_a_model_alone_outside_production_needs_nobody if {
	release.decision == {"kind": "allow", "violations": [], "violationsCount": 0, "because": ["approval.notNeeded"], "waivers": [], "seats": []} with input as fixture.model_only
}

test_infrastructure_that_only_adds_outside_production_needs_nobody if {
	question := fixture.changing([fixture.resource("aws_sqs_queue", "create", {})])
	release.decision.kind == "allow" with input as question
}

test_production_needs_approval if {
	decision := release.decision with input as fixture.in_production(fixture.model_only)
	decision.kind == "approval needed"
	decision.because == ["approval.production"]
}

test_a_rollback_needs_no_approval_even_in_production if {
	question := object.union(fixture.in_production(fixture.model_only), {
		"order": {"rollback": {"to": "r", "incident": "INC-1"}},
		"reports": [],
	})
	decision := release.decision with input as question
	decision.kind == "allow"
	decision.because == ["rollback.reviewedAfterwards"]
}

test_a_rollback_is_denied_like_any_other if {
	question := object.union(fixture.model_only, {
		"order": {"rollback": {"to": "r", "incident": "INC-1"}},
		"reports": [fixture.reporting("critical")],
	})
	release.decision.kind == "deny" with input as question
}

test_deny_beats_approval if {
	question := object.union(fixture.in_production(fixture.model_only), {"reports": []})
	decision := release.decision with input as question
	decision.kind == "deny"
	decision.because == []
	count(decision.violations) == 2
}

test_violations_are_bounded_and_counted if {
	findings := [object.union(fixture.finding("high"), {"address": sprintf("a%d", [n])}) | some n in numbers.range(1, 80)]
	reports := array.concat(fixture.model_only.reports, [object.union(fixture.reporting("high"), {"findings": findings})])
	decision := release.decision with input as object.union(fixture.model_only, {"reports": reports})
	count(decision.violations) == 50
	decision.violationsCount == 80
}

test_a_violation_has_its_rules_metadata if {
	question := object.union(fixture.model_only, {"reports": array.concat(fixture.model_only.reports, [fixture.reporting("high")])})
	[violation] := release.decision.violations with input as question
	object.keys(violation) == {"code", "title", "message", "solution", "fingerprint", "address"}
	violation.code == "finding.blocking"
	violation.title == "No finding reaches the blocking severity"
}

test_a_waived_finding_is_put_to_people_with_its_waiver if {
	decision := release.decision with input as fixture.waiving([fixture.waiver])
	decision.kind == "approval needed"
	"finding.waived" in decision.because
	[played] := decision.waivers
	played.owner == "ana"
}

test_an_ended_waiver_denies if {
	decision := release.decision with input as fixture.waiving([object.union(fixture.waiver, {"until": "2026-11-20T23:59:59.999Z"})])
	decision.kind == "deny"
	decision.waivers == []
	[violation] := decision.violations
	violation.code == "waiver.ended"
}

test_a_waiver_in_another_shape_is_malformed if {
	every spoilt in [{"until": null}, {"from": "2026-11-01"}, {"owner": ""}, {"waives": "everything"}] {
		malformed(fixture.waiving([object.union(fixture.waiver, spoilt)]))
	}
}

test_every_decision_fits_its_published_shape if {
	every question in [
		{},
		fixture.model_only,
		fixture.in_production(fixture.model_only),
		fixture.waiving([]),
		fixture.waiving([fixture.waiver]),
		fixture.changing([fixture.resource("aws_s3_bucket", "delete", null)]),
	] {
		decision := release.decision with input as question
		json.match_schema(decision, data.plimsoll.shapes.decision)[0]
	}
}

malformed(question) if {
	decision := release.decision with input as question
	decision.kind == "deny"
	decision.violations[0].code == "input.malformed"
}

test_no_question_is_denied if {
	release.decision.violations[0].code == "input.malformed"
}

test_a_question_of_another_shape_is_denied if {
	every question in [null, 1, "allow", [], {}] {
		malformed(question)
	}
}

test_each_missing_member_is_denied if {
	every member in object.keys(fixture.model_only) {
		malformed(object.remove(fixture.model_only, [member]))
	}
	every member in object.keys(fixture.order) {
		malformed(object.union(object.remove(fixture.model_only, ["order"]), {"order": object.remove(fixture.order, [member])}))
	}
}

test_the_malformed_member_is_named if {
	question := object.union(fixture.model_only, {"firstRelease": "no"})
	contains(release.decision.violations[0].message, "firstRelease") with input as question
}

test_an_unknown_severity_is_malformed_not_harmless if {
	malformed(object.union(fixture.model_only, {"reports": [fixture.reporting("catastrophic")]}))
}

test_an_unknown_action_is_malformed_not_harmless if {
	malformed(fixture.changing([fixture.resource("aws_kms_key", "obliterate", {})]))
}

test_a_complete_question_about_infrastructure_without_a_change_is_denied if {
	malformed(object.union(fixture.changing([]), {"change": null}))
}

test_before_the_plan_there_is_no_change_to_ask_for if {
	question := object.union(fixture.changing([]), {
		"change": null,
		"stage": "code",
		"reports": [fixture.report(tool) | some tool in fixture.infrastructure_tools; tool != "checkov plan"],
	})
	release.decision.kind == "allow" with input as question
}
