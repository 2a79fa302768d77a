package plimsoll.release.deny.bucket_public_test

import data.plimsoll.release.deny.bucket_public
import data.plimsoll.release_fixture as fixture

bucket := {"address": "aws_s3_bucket.models", "type": "aws_s3_bucket", "action": "create", "after": {"bucket": "models"}}

companion(type, after) := {"address": sprintf("%s.models", [type]), "type": type, "action": "create", "after": after}

found(resources) := result if {
	result := {violation.message | some violation in bucket_public.violations} with input as fixture.changing(resources)
}

closed := {"bucket": "models", "block_public_acls": true, "block_public_policy": true, "ignore_public_acls": true, "restrict_public_buckets": true}

block(after) := companion("aws_s3_bucket_public_access_block", after)

test_a_new_bucket_has_its_block if {
	found([bucket]) == {"aws_s3_bucket.models has no public access block"}
	found([bucket, block(closed)]) == set()
}

test_a_block_is_found_by_what_it_refers_to_before_the_bucket_has_a_name if {
	unnamed := object.union(block(object.remove(closed, ["bucket"])), {"refersTo": {"bucket": ["aws_s3_bucket.models"]}})
	found([bucket, unnamed]) == set()
	other := object.union(unnamed, {"refersTo": {"bucket": ["aws_s3_bucket.other"]}})
	count(found([bucket, other])) == 1
}

test_each_setting_that_is_off_is_named if {
	every setting in bucket_public.settings {
		found([block(object.union(closed, {setting: false}))]) == {sprintf("aws_s3_bucket_public_access_block.models leaves %s off", [setting])}
		count(found([block(object.remove(closed, [setting]))])) == 1
	}
}

test_access_lists_for_everybody_are_denied if {
	every acl in ["public-read", "public-read-write", "authenticated-read"] {
		found([companion("aws_s3_bucket_acl", {"acl": acl})]) == {sprintf("aws_s3_bucket_acl.models has the access list %s", [acl])}
	}
	grants := {"access_control_policy": [{"grant": [{"grantee": [{"uri": "http://acs.amazonaws.com/groups/global/AllUsers"}]}]}]}
	count(found([companion("aws_s3_bucket_acl", grants)])) == 1
	found([companion("aws_s3_bucket_acl", {"acl": "private"})]) == set()
}

policy(principal, condition) := companion("aws_s3_bucket_policy", {"policy": fixture.policy([object.union(
	{
		"Effect": "Allow",
		"Principal": principal,
		"Action": "s3:GetObject",
		"Resource": "arn:aws:s3:::models/*",
	},
	condition,
)])})

test_a_policy_for_everybody_is_denied_unless_a_condition_narrows_it if {
	found([policy("*", {})]) == {"aws_s3_bucket_policy.models allows s3:GetObject to everybody"}
	count(found([policy({"AWS": ["*"]}, {})])) == 1
	found([policy("*", {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}})]) == set()
	found([policy({"AWS": "arn:aws:iam::111122223333:role/reader"}, {})]) == set()
}

gone(action) := {"address": "aws_s3_bucket_public_access_block.models", "type": "aws_s3_bucket_public_access_block", "action": action, "before": {"bucket": "models"}, "after": null}

test_a_block_goes_only_with_its_bucket if {
	found([gone("delete")]) == {"delete of aws_s3_bucket_public_access_block.models"}
	bucket_gone := {"address": "aws_s3_bucket.models", "type": "aws_s3_bucket", "action": "delete", "before": {"bucket": "models", "id": "models"}, "after": null}
	found([gone("delete"), bucket_gone]) == set()
}

test_a_bucket_that_only_changes_keeps_what_it_has if {
	found([object.union(bucket, {"action": "update"})]) == set()
}
