package plimsoll.release.deny.chart_root_test

import data.plimsoll.release.deny.chart_root
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_root.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

without := object.remove(fixture.container, ["securityContext"])

pod(security) := found(fixture.rendering([fixture.deployment({"containers": [without], "securityContext": security})]))

root := {"Deployment/fraud-scorer-a model may run as root"}

test_root_is_denied_whoever_says_so if {
	pod({}) == root
	pod({"runAsNonRoot": false}) == root
	pod({"runAsNonRoot": true, "runAsUser": 0}) == root
	found(fixture.with_container({"securityContext": {"runAsNonRoot": false}})) == root
}

test_the_pods_word_counts_for_its_containers if {
	pod({"runAsNonRoot": true}) == set()
}
