package plimsoll.release.deny.chart_unlimited

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: Every container has limits
# description: A new version without them starves the old one on the same node, and the judge would compare two sick ones.
# custom:
#   code: chart.unlimited
#   solution: Set resources.limits.cpu and resources.limits.memory.
#   controls: [NSA Kubernetes Hardening Guide 3.4, NIST 800-53 SC-5]
#   waivable: true
violations contains violation if {
	some one in pods.containers
	some what in ["cpu", "memory"]
	not one.container.resources.limits[what]
	violation := lib.violation_at(rego.metadata.rule(), one.address, sprintf("%s has no limit of %s", [one.address, what]))
}
