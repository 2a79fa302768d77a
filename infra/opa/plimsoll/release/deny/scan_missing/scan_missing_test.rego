package plimsoll.release.deny.scan_missing_test

import data.plimsoll.release.deny.scan_missing
import data.plimsoll.release_fixture as fixture

missing(question) := result if {
	result := {violation.message | some violation in scan_missing.violations} with input as question
}

without(question, tool) := object.union(question, {"reports": [report | some report in question.reports; report.tool != tool]})

test_nothing_is_missing if {
	missing(fixture.model_only) == set()
	missing(fixture.changing([])) == set()
}

test_each_required_report_is_missed if {
	every tool in fixture.infrastructure_tools {
		missing(without(fixture.changing([]), tool)) == {sprintf("there is no report of %s", [tool])}
	}
	every tool in ["checkov manifests", "modelscan"] {
		missing(without(fixture.model_only, tool)) == {sprintf("there is no report of %s", [tool])}
	}
}

test_a_plan_scan_is_not_required_before_there_is_a_plan if {
	missing(object.union(without(fixture.changing([]), "checkov plan"), {"stage": "code"})) == set()
}

test_a_rollback_requires_none if {
	missing(object.union(fixture.model_only, {"reports": [], "order": {"rollback": {"to": "r", "incident": "i"}}})) == set()
}
