package plimsoll.release.deny.finding_blocking

import data.plimsoll.lib
import data.plimsoll.lib.waivers

# METADATA
# title: No finding reaches the blocking severity
# description: The environment says from which severity on a finding blocks.
# custom:
#   code: finding.blocking
#   solution: Correct what the finding is about, or let a waiver be reviewed; a comment in the code does not waive it.
#   controls: [NIST 800-53 RA-5, NIST 800-53 SI-2]
violations contains violation if {
	some finding in waivers.blocking
	not waivers.waived(finding)
	not lapsed(finding)
	message := sprintf("%s: %s %s at %s: %s", [finding.severity, finding.tool, finding.rule, finding.address, finding.message])
	violation := object.union(lib.violation(rego.metadata.rule(), message), {"fingerprint": finding.fingerprint})
}

# waiver_ended says so, with the day.
lapsed(finding) if {
	some waiver in waivers.ended
	waivers.covers(waiver, finding)
}
