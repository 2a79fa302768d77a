package plimsoll.release.deny.chart_hook_test

import data.plimsoll.release.deny.chart_hook
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_hook.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

test_a_hook_is_denied_and_named if {
	job := {"kind": "Job", "metadata": {"name": "migrate", "annotations": {"helm.sh/hook": "pre-upgrade"}}}
	found(fixture.rendering([job])) == {"Job/migrate is a hook, pre-upgrade"}
	found(fixture.rendering([{"kind": "List", "items": [job]}])) == {"Job/migrate is a hook, pre-upgrade"}
	found(fixture.rendering([{"metadata": {"annotations": {"helm.sh/hook": "test"}}}])) == {"an object without kind and name is a hook, test"}
}
