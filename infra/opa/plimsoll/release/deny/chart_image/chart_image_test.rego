package plimsoll.release.deny.chart_image_test

import data.plimsoll.release.deny.chart_image
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_image.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

test_a_tag_is_denied_in_every_sort_of_container if {
	found(fixture.with_container({"image": "fraud:1"})) == {"Deployment/fraud-scorer-a model runs fraud:1"}
	every kind in ["initContainers", "ephemeralContainers"] {
		found(fixture.rendering([fixture.deployment({kind: [{"name": "side", "image": "side"}]})])) == {"Deployment/fraud-scorer-a side runs side"}
	}
	found(fixture.rendering([fixture.deployment({"containers": [{}]})])) == {"Deployment/fraud-scorer-a unnamed runs nothing"}
}

test_pods_are_found_in_kinds_that_nobody_knows if {
	cron := {"kind": "CronThing", "metadata": {"name": "x"}, "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}}}}
	found(fixture.rendering([cron])) == {"CronThing/x c runs i"}
}
