package plimsoll.release.deny.chart_writable

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: No container writes where its image is
# description: What was scanned is what runs, also an hour later.
# custom:
#   code: chart.writableRoot
#   solution: "Set readOnlyRootFilesystem: true and mount an emptyDir where it has to write."
#   controls: [NSA Kubernetes Hardening Guide 1.3, NIST 800-53 CM-5]
#   waivable: true
violations contains violation if {
	some one in pods.containers
	not pods.security(one).readOnlyRootFilesystem == true
	violation := lib.violation_at(rego.metadata.rule(), one.address, sprintf("%s writes to its root file system", [one.address]))
}
