package plimsoll.release.deny.iam_mfa_impossible_test

import data.plimsoll.release.deny.iam_mfa_impossible
import data.plimsoll.release_fixture as fixture

found(principal, condition) := result if {
	result := {violation.message | some violation in iam_mfa_impossible.violations} with input as fixture.trusting(principal, condition)
}

factor(operator) := {"Condition": {operator: {"aws:MultiFactorAuthPresent": "true"}}}

test_who_cannot_show_a_factor_is_not_asked_for_one if {
	every principal in [
		{"Federated": "arn:aws:iam::111122223333:saml-provider/company"},
		{"Service": ["pods.eks.amazonaws.com"]},
		{"AWS": "arn:aws:iam::111122223333:role/worker"},
		{"AWS": ["arn:aws:sts::111122223333:assumed-role/worker/session"]},
	] {
		count(found(principal, factor("Bool"))) == 1
		count(found(principal, factor("BoolIfExists"))) == 1
		found(principal, {}) == set()
	}
}

test_the_principal_is_named if {
	found({"Service": "ec2.amazonaws.com"}, factor("Bool")) == {"aws_iam_role.this asks ec2.amazonaws.com for a second factor, which it cannot show"}
}

test_a_user_or_an_account_may_be_asked if {
	found({"AWS": "arn:aws:iam::111122223333:user/ana"}, factor("Bool")) == set()
	found({"AWS": "arn:aws:iam::111122223333:root"}, factor("Bool")) == set()
}
