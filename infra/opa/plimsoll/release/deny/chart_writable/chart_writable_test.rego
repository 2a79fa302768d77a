package plimsoll.release.deny.chart_writable_test

import data.plimsoll.release.deny.chart_writable
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_writable.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

test_a_file_system_that_can_be_written_is_denied if {
	message := {"Deployment/fraud-scorer-a model writes to its root file system"}
	found(fixture.with_container({"securityContext": {"readOnlyRootFilesystem": false}})) == message
	found(fixture.rendering([fixture.deployment({"containers": [object.remove(fixture.container, ["securityContext"])]})])) == message
}
