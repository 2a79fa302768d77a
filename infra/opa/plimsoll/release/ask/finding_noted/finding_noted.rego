package plimsoll.release.ask.finding_noted

import data.plimsoll.lib

# METADATA
# title: Findings that do not block are seen by someone
# description: From the severity in the settings on.
# custom:
#   code: approval.findings
#   solution: Read the findings, then ask a member of an approver group.
#   controls: [NIST 800-53 RA-5]
reasons contains rego.metadata.rule().custom.code if {
	some finding in lib.findings
	lib.at_least(finding.severity, lib.settings.approvalAt)
}
