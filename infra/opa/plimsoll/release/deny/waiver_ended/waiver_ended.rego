package plimsoll.release.deny.waiver_ended

import data.plimsoll.lib
import data.plimsoll.lib.waivers

# METADATA
# title: A waiver that has ended waives nothing
# description: What it was to give time for has not been done, or nobody has taken the waiver away.
# custom:
#   code: waiver.ended
#   solution: Correct what the finding is about, or let another waiver be reviewed.
#   controls: [NIST 800-53 RA-5, NIST 800-53 CA-5]
violations contains violation if {
	some finding in waivers.blocking
	not waivers.waived(finding)
	some waiver in waivers.ended
	waivers.covers(waiver, finding)
	message := sprintf("%s of %s ended on %s, and %s %s at %s is still there", [
		waiver.name,
		waiver.owner,
		waivers.day(waiver.until),
		finding.tool,
		finding.rule,
		finding.address,
	])
	violation := object.union(lib.violation(rego.metadata.rule(), message), {"fingerprint": finding.fingerprint})
}
