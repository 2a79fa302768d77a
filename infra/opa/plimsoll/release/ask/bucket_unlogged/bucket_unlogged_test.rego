package plimsoll.release.ask.bucket_unlogged_test

import data.plimsoll.release.ask.bucket_unlogged
import data.plimsoll.release_fixture as fixture

bucket := fixture.named("aws_s3_bucket", "models", {"bucket": "models"})

reasons(resources) := result if {
	result := bucket_unlogged.reasons with input as fixture.changing(resources)
}

test_a_new_bucket_without_a_log_asks if {
	reasons([bucket]) == {"approval.bucketUnlogged"}
}

test_with_a_log_it_does_not if {
	reasons([bucket, fixture.named("aws_s3_bucket_logging", "models", {"bucket": "models"})]) == set()
}

test_a_bucket_that_only_changes_does_not if {
	reasons([object.union(bucket, {"action": "update"})]) == set()
}
