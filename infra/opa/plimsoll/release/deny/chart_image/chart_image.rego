package plimsoll.release.deny.chart_image

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: Every image of a chart is named by its digest
# description: Those of init containers and of side cars too; a tag can name another image tomorrow.
# custom:
#   code: chart.imageNotByDigest
#   solution: Give each image as repository@sha256 and its digest.
#   controls: [NIST 800-53 CM-2, SOC 2 CC8.1]
#   waivable: true
violations contains violation if {
	some one in pods.containers
	image := object.get(one.container, "image", "nothing")
	not regex.match(`@sha256:[0-9a-f]{64}$`, image)
	message := sprintf("%s runs %v", [one.address, image])
	violation := lib.violation_at(rego.metadata.rule(), one.address, message)
}
