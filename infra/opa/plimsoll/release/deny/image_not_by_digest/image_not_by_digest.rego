package plimsoll.release.deny.image_not_by_digest

import data.plimsoll.lib

# METADATA
# title: The image is named by its digest
# description: A tag can name another image tomorrow; what runs must be what was scanned.
# custom:
#   code: image.notByDigest
#   solution: Give the image as repository@sha256 and its digest.
#   controls: [NIST 800-53 CM-2]
violations contains violation if {
	input.order.model != null
	not regex.match(`@sha256:[0-9a-f]{64}$`, input.order.model.image)
	violation := lib.violation(rego.metadata.rule(), sprintf("%s is not named by a digest", [input.order.model.image]))
}
