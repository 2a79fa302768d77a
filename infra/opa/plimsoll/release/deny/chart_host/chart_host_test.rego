package plimsoll.release.deny.chart_host_test

import data.plimsoll.release.deny.chart_host
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_host.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

pod(spec) := found(fixture.rendering([fixture.deployment(spec)]))

test_the_nodes_files_namespaces_and_ports_are_denied if {
	pod({"volumes": [{"name": "v", "hostPath": {"path": "/var/run"}}]}) == {"Deployment/fraud-scorer-a mounts /var/run of its node"}
	every which in ["hostNetwork", "hostPID", "hostIPC"] {
		pod({which: true}) == {sprintf("Deployment/fraud-scorer-a has %s", [which])}
		pod({which: false}) == set()
	}
	found(fixture.with_container({"ports": [{"containerPort": 80, "hostPort": 80}]})) == {"Deployment/fraud-scorer-a model takes port 80 of its node"}
}
