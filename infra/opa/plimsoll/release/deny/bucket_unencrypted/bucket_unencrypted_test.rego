package plimsoll.release.deny.bucket_unencrypted_test

import data.plimsoll.release.deny.bucket_unencrypted
import data.plimsoll.release_fixture as fixture

bucket := {"address": "aws_s3_bucket.models", "type": "aws_s3_bucket", "action": "create", "after": {"bucket": "models"}}

companion(type, after) := {"address": sprintf("%s.models", [type]), "type": type, "action": "create", "after": after}

found(resources) := result if {
	result := {violation.message | some violation in bucket_unencrypted.violations} with input as fixture.changing(resources)
}

test_a_new_bucket_says_how_it_is_encrypted if {
	found([bucket]) == {"aws_s3_bucket.models has no encryption configuration"}
	found([bucket, companion("aws_s3_bucket_server_side_encryption_configuration", {"bucket": "models"})]) == set()
	count(found([bucket, companion("aws_s3_bucket_server_side_encryption_configuration", {"bucket": "others"})])) == 1
}

test_the_older_way_counts if {
	found([object.union(bucket, {"after": {"server_side_encryption_configuration": [{"rule": [{}]}]}})]) == set()
}
