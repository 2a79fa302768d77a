package plimsoll.release.deny.chart_unlimited_test

import data.plimsoll.release.deny.chart_unlimited
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_unlimited.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

test_each_limit_that_is_missing_is_named if {
	found(fixture.rendering([fixture.deployment({"containers": [object.remove(fixture.container, ["resources"])]})])) == {
		"Deployment/fraud-scorer-a model has no limit of cpu",
		"Deployment/fraud-scorer-a model has no limit of memory",
	}
	bounded := object.union(object.remove(fixture.container, ["resources"]), {"resources": {"limits": {"memory": "1Gi"}}})
	found(fixture.rendering([fixture.deployment({"containers": [bounded]})])) == {"Deployment/fraud-scorer-a model has no limit of cpu"}
}
