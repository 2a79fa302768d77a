package plimsoll.release.deny.iam_mfa_missing

import data.plimsoll.lib
import data.plimsoll.lib.iam

# METADATA
# title: Whoever can show a second factor has to
# description: >-
#   IAM users can: what they hold themselves, and roles that they take on, ask for it. Everybody else shows it to their
#   identity provider. A statement that looks only where the key exists lets in whoever has no such key.
# custom:
#   code: iam.mfaMissing
#   solution: Add the condition `Bool aws:MultiFactorAuthPresent true` to what it allows, or let people come by the identity provider.
#   controls: [CIS AWS Foundations 1.10, NIST 800-53 IA-2(1), SOC 2 CC6.1]
#   waivable: true
violations contains violation if {
	some found in (held | taken_on)
	violation := lib.violation_at(rego.metadata.rule(), found.address, found.message)
}

held contains {"address": one.address, "message": message} if {
	some one in iam.allowing
	one.holder == "a user"
	not iam.demands_mfa(one.statement)
	not denied_without_mfa(one.address)
	message := sprintf("%s lets a user %s without a second factor", [one.address, concat(", ", sort(iam.actions(one.statement)))])
}

# One statement that denies everything without a factor does for all of a policy.
denied_without_mfa(address) if {
	some one in iam.texts
	one.address == address
	some statement in iam.statements(one.text)
	statement.Effect == "Deny"
	iam.condition(statement, "aws:MultiFactorAuthPresent").boolifexists == {"false"}
	"*" in iam.resources(statement)
}

taken_on contains {"address": one.address, "message": message} if {
	some one in iam.trusts
	some principal in lib.listed(one.statement.Principal.AWS)
	contains(principal, ":user/")
	not iam.demands_mfa(one.statement)
	message := sprintf("%s may be taken on by %s without a second factor", [one.address, principal])
}
