package plimsoll.release.deny.finding_blocking

import data.plimsoll.lib

# METADATA
# title: No finding reaches the blocking severity
# description: The environment says from which severity on a finding blocks.
# custom:
#   code: finding.blocking
#   solution: Correct what the finding is about, or let a waiver be reviewed; a comment in the code does not waive it.
#   controls: [NIST 800-53 RA-5, NIST 800-53 SI-2]
violations contains violation if {
	some finding in lib.findings
	lib.at_least(finding.severity, input.order.gates.blockAt)
	message := sprintf("%s: %s %s at %s: %s", [finding.severity, finding.tool, finding.rule, finding.address, finding.message])

	# A waiver names the finding itself, as the scanner does.
	violation := object.union(lib.violation(rego.metadata.rule(), message), {
		"fingerprint": finding.fingerprint,
		"rule": finding.rule,
		"address": finding.address,
		"waivable": waivable(finding),
	})
}

default waivable(_) := true

waivable(finding) := false if finding.rule in lib.settings.neverWaived
