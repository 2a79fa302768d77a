package plimsoll.release.deny.chart_privileged

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: No container has rights of the node
# description: Neither privileged, nor able to become so, nor with capabilities that serving needs.
# custom:
#   code: chart.privileged
#   solution: "Set allowPrivilegeEscalation: false and drop ALL capabilities."
#   controls: [Pod Security Standards restricted, NSA Kubernetes Hardening Guide 1.2, NIST 800-53 AC-6]
#   waivable: true
violations contains violation if {
	some one in pods.containers
	some what in wrong(pods.security(one))
	message := sprintf("%s %s", [one.address, what])
	violation := lib.violation_at(rego.metadata.rule(), one.address, message)
}

wrong(security) := {what |
	some what, is_wrong in {
		"is privileged": object.get(security, "privileged", false) != false,
		"may escalate its privileges": object.get(security, "allowPrivilegeEscalation", true) != false,
		"does not drop ALL capabilities": not_dropped(security),
		"adds capabilities": count(object.get(security, ["capabilities", "add"], [])) > 0,
	}
	is_wrong
}

default not_dropped(_) := true

not_dropped(security) := false if "ALL" in security.capabilities.drop
