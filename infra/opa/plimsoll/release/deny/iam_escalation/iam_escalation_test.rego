package plimsoll.release.deny.iam_escalation_test

import data.plimsoll.release.deny.iam_escalation
import data.plimsoll.release_fixture as fixture

found(action, resource, condition) := result if {
	result := {violation.message | some violation in iam_escalation.violations} with input as fixture.allowing(action, resource, condition)
}

bucket := "arn:aws:iam::111122223333:role/pipeline"

test_each_known_way_up_is_denied if {
	every action, _ in data.plimsoll.escalations {
		count(found(action, bucket, {})) == 1
	}
}

test_the_way_and_its_source_are_named if {
	found("iam:UpdateAssumeRolePolicy", bucket, {}) == {"aws_iam_role_policy.this allows iam:UpdateAssumeRolePolicy, with which its holder lets itself take on a role (RhinoSecurityLabs/AWS-IAM-Privilege-Escalation 14)"}
}

test_a_pattern_reaches_them_too_whatever_its_case if {
	count(found("IAM:Create*", bucket, {})) == 3
	count(found(["s3:GetObject", "iam:?ttachRolePolicy"], bucket, {})) == 1
}

test_everything_at_all_is_another_rules_to_tell if {
	found("*", "*", {}) == set()
}

test_a_boundary_caps_what_policies_can_give if {
	capped := {"Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/boundary"}}}
	found(["iam:PutRolePolicy", "iam:AttachRolePolicy"], bucket, capped) == set()
	count(found("iam:CreatePolicyVersion", bucket, capped)) == 1
	count(found("iam:PutRolePolicy", bucket, {"Condition": {"StringLike": {"iam:PermissionsBoundary": "*"}}})) == 1
}

test_a_named_role_may_be_passed_to_a_named_service if {
	passed := {"Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}}
	found("iam:PassRole", bucket, passed) == set()
	count(found("iam:PassRole", bucket, {})) == 1
	count(found("iam:PassRole", "*", passed)) == 1
}

test_other_actions_pass if {
	found(["iam:GetRole", "s3:PutObject"], bucket, {}) == set()
}
