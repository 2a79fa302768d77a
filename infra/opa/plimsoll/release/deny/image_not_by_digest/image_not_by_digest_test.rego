package plimsoll.release.deny.image_not_by_digest_test

import data.plimsoll.release.deny.image_not_by_digest
import data.plimsoll.release_fixture as fixture

denied(image) if {
	[violation] := [found | some found in image_not_by_digest.violations] with input as object.union(fixture.model_only, {"order": {"model": {"image": image}}})
	violation.code == "image.notByDigest"
}

test_tags_are_denied if {
	every image in ["fraud:latest", "fraud", "fraud@sha256:123", concat("", [fixture.image, "x"])] {
		denied(image)
	}
}

test_a_digest_passes if {
	not denied(fixture.image)
}

test_without_a_model_there_is_no_image if {
	count(image_not_by_digest.violations) == 0 with input as fixture.changing([])
}
