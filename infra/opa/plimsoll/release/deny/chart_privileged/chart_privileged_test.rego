package plimsoll.release.deny.chart_privileged_test

import data.plimsoll.release.deny.chart_privileged
import data.plimsoll.release_fixture as fixture

found(question) := result if {
	result := {violation.message | some violation in chart_privileged.violations} with input as question
}

test_a_chart_as_it_should_be_passes if {
	found(fixture.model_only) == set()
}

security(change) := found(fixture.with_container({"securityContext": change}))

test_rights_of_the_node_are_denied if {
	security({"privileged": true}) == {"Deployment/fraud-scorer-a model is privileged"}
	security({"allowPrivilegeEscalation": true}) == {"Deployment/fraud-scorer-a model may escalate its privileges"}
	security({"capabilities": {"add": ["SYS_ADMIN"]}}) == {"Deployment/fraud-scorer-a model adds capabilities"}
	security({"capabilities": {"drop": ["NET_RAW"]}}) == {"Deployment/fraud-scorer-a model does not drop ALL capabilities"}
}

test_what_is_not_said_is_not_so if {
	found(fixture.rendering([fixture.deployment({"containers": [object.remove(fixture.container, ["securityContext"])]})])) == {
		"Deployment/fraud-scorer-a model may escalate its privileges",
		"Deployment/fraud-scorer-a model does not drop ALL capabilities",
	}
}
