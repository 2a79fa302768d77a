package plimsoll.release.deny.iam_mfa_missing_test

import data.plimsoll.release.deny.iam_mfa_missing
import data.plimsoll.release_fixture as fixture

factor := {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}

statement(condition) := object.union({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::models/a"}, condition)

held(type, statements) := result if {
	result := {violation.message | some violation in iam_mfa_missing.violations} with input as fixture.changing([fixture.holding(type, statements)])
}

trusted(principal, condition) := result if {
	result := {violation.message | some violation in iam_mfa_missing.violations} with input as fixture.trusting(principal, condition)
}

test_what_a_user_holds_asks_for_a_factor if {
	held("aws_iam_user_policy", [statement({})]) == {"aws_iam_user_policy.this lets a user s3:getobject without a second factor"}
	count(held("aws_iam_group_policy", [statement({})])) == 1
	held("aws_iam_user_policy", [statement(factor)]) == set()
	held("aws_iam_user_policy", [statement({"Condition": {"Bool": {"AWS:multifactorauthpresent": true}}})]) == set()
	held("aws_iam_user_policy", [statement({"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "900"}}})]) == set()
}

test_if_exists_asks_nobody_who_has_no_such_key if {
	count(held("aws_iam_user_policy", [statement({"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}})])) == 1
	count(held("aws_iam_user_policy", [statement({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})])) == 1
}

test_one_statement_that_denies_everything_without_a_factor_is_enough if {
	deny := {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
	held("aws_iam_user_policy", [statement({}), deny]) == set()
	count(held("aws_iam_user_policy", [statement({}), object.union(deny, {"Resource": "arn:aws:s3:::models"})])) == 1
}

test_a_role_that_a_user_takes_on_asks_for_a_factor if {
	user := {"AWS": "arn:aws:iam::111122223333:user/ana"}
	trusted(user, {}) == {"aws_iam_role.this may be taken on by arn:aws:iam::111122223333:user/ana without a second factor"}
	trusted(user, factor) == set()
}

test_nobody_else_is_asked if {
	held("aws_iam_role_policy", [statement({})]) == set()
	every principal in [{"AWS": "arn:aws:iam::111122223333:role/ci"}, {"Service": "ec2.amazonaws.com"}, {"Federated": "arn:aws:iam::111122223333:oidc-provider/token"}, "*"] {
		trusted(principal, {}) == set()
	}
}
