package plimsoll.release.deny.chart_root

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: No container runs as root
# description: The container's own word counts before the pod's.
# custom:
#   code: chart.root
#   solution: "Set runAsNonRoot: true and a runAsUser other than 0, for the pod or for each container."
#   controls: [Pod Security Standards restricted, NSA Kubernetes Hardening Guide 1.1, NIST 800-53 AC-6]
#   waivable: true
violations contains violation if {
	some one in pods.containers
	is_root(one)
	violation := lib.violation_at(rego.metadata.rule(), one.address, sprintf("%s may run as root", [one.address]))
}

is_root(one) if not pods.effective(one, "runAsNonRoot") == true

is_root(one) if pods.effective(one, "runAsUser") == 0
