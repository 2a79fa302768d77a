package plimsoll.release.deny.iam_wildcard_test

import data.plimsoll.release.deny.iam_wildcard
import data.plimsoll.release_fixture as fixture

policy(statement) := json.marshal({"Version": "2012-10-17", "Statement": statement})

allowing(action, resource) := [{"Effect": "Allow", "Action": action, "Resource": resource}]

found(resource) := result if {
	result := [violation | some violation in iam_wildcard.violations] with input as fixture.changing([resource])
}

denied(statement) if {
	[violation] := found(fixture.resource("aws_iam_role_policy", "create", {"policy": policy(statement)}))
	violation.code == "iam.wildcard"
}

test_every_action_is_denied_on_whatever_resource if {
	denied(allowing("*", "*"))
	denied(allowing("*", "arn:aws:s3:::models"))
	denied(allowing(["s3:GetObject", "*:*"], ["arn:aws:s3:::models/*"]))
}

test_every_action_of_a_service_on_everything_is_denied if {
	denied(allowing("s3:*", "*"))
	denied(allowing("iam:**", ["arn:aws:s3:::models", "arn:*"]))
	denied(allowing("s3:*", "arn:aws:s3:::models/*"))
	denied(allowing("S3:*", "arn:aws:s3:::models/*"))
}

test_a_lone_statement_counts_like_a_list if {
	denied({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

test_everything_but_a_list_is_everything if {
	denied([{"Effect": "Allow", "NotAction": "iam:*", "Action": "s3:GetObject", "Resource": "*"}])
	denied([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret"}])
}

test_a_policy_that_is_no_json_is_denied if {
	[violation] := found(fixture.resource("aws_iam_policy", "update", {"policy": "hmac-sha256:…"}))
	violation.message == "aws_iam_policy.this is not a policy that can be read"
}

test_an_inline_policy_of_a_role_counts if {
	[violation] := found(fixture.resource("aws_iam_role", "create", {"inline_policy": [{"name": "x", "policy": policy(allowing("*", "*"))}]}))
	violation.message == "aws_iam_role.this allows * on *"
}

test_administrator_access_is_denied if {
	[violation] := found(fixture.resource("aws_iam_role_policy_attachment", "create", {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}))
	violation.message == "aws_iam_role_policy_attachment.this gives AdministratorAccess"
}

test_named_actions_on_every_resource_are_denied if {
	denied(allowing("s3:Get*", "*"))
	denied([{"Effect": "Allow", "Action": "s3:GetObject"}])
	denied(allowing("kms:Decrypt", "arn:*"))
}

test_named_actions_on_named_resources_pass if {
	not denied(allowing(["s3:GetObject", "s3:Get*"], "arn:aws:s3:::models/fraud-scorer/*"))
	not denied([{"Effect": "Deny", "Action": "*", "Resource": "*"}])
}

test_actions_of_the_account_have_no_resource_to_name if {
	not denied(allowing(["ec2:DescribeInstances", "ecr:GetAuthorizationToken", "sts:GetCallerIdentity"], "*"))
	denied(allowing("ec2:RunInstances", "*"))
}

test_one_thing_that_is_wrong_can_be_waived_by_its_address if {
	[violation] := found(fixture.resource("aws_iam_role_policy", "create", {"policy": policy(allowing("*", "*"))}))
	violation.waivable
	violation.address == "aws_iam_role_policy.this"
	violation.rule == "iam.wildcard"
}

test_what_goes_away_and_what_is_not_known_yet_pass if {
	found(fixture.resource("aws_iam_policy", "delete", {"policy": policy(allowing("*", "*"))})) == []
	found(fixture.resource("aws_iam_policy", "create", {"policy": null})) == []
	found(fixture.resource("aws_iam_policy", "create", {})) == []
}
