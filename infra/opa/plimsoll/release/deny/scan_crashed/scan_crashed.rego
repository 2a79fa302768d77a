package plimsoll.release.deny.scan_crashed

import data.plimsoll.lib

# METADATA
# title: Every scanner came to its end
# description: A scanner that crashed has said nothing, and nothing is not a pass.
# custom:
#   code: scan.crashed
#   solution: Read the report, which says how the scanner ended. The same input fails again.
#   controls: [NIST 800-53 RA-5]
violations contains violation if {
	some report in input.reports
	report.status == "error"
	message := sprintf("%s did not come to its end: %s", [report.tool, concat("; ", array.slice(report.parseErrors, 0, 3))])
	violation := lib.violation(rego.metadata.rule(), message)
}
