package plimsoll.release.deny.iam_mfa_impossible

import data.plimsoll.lib
import data.plimsoll.lib.iam

# METADATA
# title: Nobody is asked for a second factor that they cannot show
# description: >-
#   AWS sets `aws:MultiFactorAuthPresent` for IAM users alone. For federated people, services and roles it is false or
#   not there, so that such a condition locks everybody out, or, as BoolIfExists, lets everybody in.
# custom:
#   code: iam.mfaImpossible
#   solution: Take the condition away, and let the identity provider ask for the second factor.
#   controls: [NIST 800-53 IA-2(1), SOC 2 CC6.1]
#   waivable: true
violations contains violation if {
	some one in iam.trusts
	some principal in cannot(one.statement.Principal)
	count(iam.condition(one.statement, "aws:MultiFactorAuthPresent")) > 0
	message := sprintf("%s asks %s for a second factor, which it cannot show", [one.address, principal])
	violation := lib.violation_at(rego.metadata.rule(), one.address, message)
}

cannot(principal) := {who |
	some kind in ["Federated", "Service"]
	some who in lib.listed(principal[kind])
} | {who |
	some who in lib.listed(principal.AWS)
	regex.match(`:(role|assumed-role)/`, who)
}
