package plimsoll.release.deny.s3_outside_team_test

import data.plimsoll.release.deny.s3_outside_team
import data.plimsoll.release_fixture as fixture

found(action, resource, condition) := result if {
	result := {violation.message | some violation in s3_outside_team.violations} with input as fixture.allowing(action, resource, condition)
}

own := "arn:aws:s3:::acme-ml-staging-models/fraud-scorer/*"

asking(prefix) := {"Condition": {"StringLike": {"s3:prefix": prefix}}}

test_the_teams_own_prefix_and_buckets_pass if {
	found(["s3:GetObject", "s3:PutObject"], [own, "arn:aws:s3:::acme-risk-scratch", "arn:aws:s3:::acme-risk-scratch/any/*"], {}) == set()
}

test_another_teams_prefix_is_denied_and_named if {
	found("s3:GetObject", "arn:aws:s3:::acme-ml-staging-models/churn-scorer/*", {}) == {"aws_iam_role_policy.this allows s3:getobject on arn:aws:s3:::acme-ml-staging-models/churn-scorer/*, which is not risk's"}
}

test_a_pattern_beyond_the_prefix_is_outside if {
	every resource in ["arn:aws:s3:::acme-ml-staging-models/*", "arn:aws:s3:::acme-ml-staging-models/fraud*", "arn:aws:s3:::acme-ml-*/fraud-scorer/*", "arn:aws:s3:::*", "*", "fraud-scorer/*"] {
		count(found("s3:GetObject", resource, {})) == 1
	}
}

test_a_shared_bucket_is_listed_by_prefix_only if {
	bucket := "arn:aws:s3:::acme-ml-staging-models"
	found("s3:ListBucket", bucket, asking(["fraud-scorer/*"])) == set()
	every condition in [{}, asking("*"), asking(["fraud-scorer/*", "churn-scorer/*"]), asking([]), {"Condition": {"StringNotLike": {"s3:prefix": "fraud-scorer/*"}}}] {
		count(found("s3:ListBucket", bucket, condition)) == 1
	}
}

test_a_team_that_nobody_knows_has_nothing if {
	question := object.union(fixture.allowing("s3:GetObject", own, {}), {"order": {"team": "strangers"}})
	count(s3_outside_team.violations) == 1 with input as question
}

test_other_services_and_lists_of_the_account_are_other_rules if {
	found("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:x", {}) == set()
	found("s3:ListAllMyBuckets", "*", {}) == set()
}
