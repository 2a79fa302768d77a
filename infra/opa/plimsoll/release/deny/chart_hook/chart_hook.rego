package plimsoll.release.deny.chart_hook

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: A chart has no hooks
# description: >-
#   A hook is a program that runs beside the release: nothing watches it, and what it did is not put back with the rest.
# custom:
#   code: chart.hook
#   solution: Make it a part of the service, or an init container; a job of its own belongs to another release.
#   controls: [NIST 800-53 CM-7, SOC 2 CC8.1]
#   waivable: true
violations contains violation if {
	some thing in pods.objects
	hook := thing.metadata.annotations["helm.sh/hook"]
	message := sprintf("%s is a hook, %v", [pods.address(thing), hook])
	violation := lib.violation_at(rego.metadata.rule(), pods.address(thing), message)
}
