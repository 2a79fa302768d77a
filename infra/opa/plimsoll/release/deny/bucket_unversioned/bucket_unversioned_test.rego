package plimsoll.release.deny.bucket_unversioned_test

import data.plimsoll.release.deny.bucket_unversioned
import data.plimsoll.release_fixture as fixture

bucket := {"address": "aws_s3_bucket.models", "type": "aws_s3_bucket", "action": "create", "after": {"bucket": "models"}}

companion(type, after) := {"address": sprintf("%s.models", [type]), "type": type, "action": "create", "after": after}

found(resources) := result if {
	result := {violation.message | some violation in bucket_unversioned.violations} with input as fixture.changing(resources)
}

versioning(status) := companion("aws_s3_bucket_versioning", {"bucket": "models", "versioning_configuration": [{"status": status}]})

test_a_new_bucket_has_versioning if {
	found([bucket]) == {"aws_s3_bucket.models has no versioning"}
	found([bucket, versioning("Enabled")]) == set()
}

test_the_older_way_counts if {
	found([object.union(bucket, {"after": {"versioning": [{"enabled": true}]}})]) == set()
}

test_versioning_that_is_suspended_is_denied_on_any_bucket if {
	found([versioning("Suspended")]) == {"aws_s3_bucket_versioning.models is Suspended"}
	found([bucket, versioning("Disabled")]) == {"aws_s3_bucket_versioning.models is Disabled"}
}
