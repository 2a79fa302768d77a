package plimsoll.release.deny.scan_incomplete

import data.plimsoll.lib

# METADATA
# title: Every scanner read everything
# description: What was not read may hold anything. A status nobody knows counts as not read.
# custom:
#   code: scan.incomplete
#   solution: Correct or take away what could not be read; the report names it.
#   controls: [NIST 800-53 RA-5]
violations contains violation if {
	some report in input.reports
	not report.status in {"pass", "fail", "error"}
	message := sprintf("%s did not read everything: %s", [report.tool, concat("; ", array.slice(report.parseErrors, 0, 3))])
	violation := lib.violation(rego.metadata.rule(), message)
}
