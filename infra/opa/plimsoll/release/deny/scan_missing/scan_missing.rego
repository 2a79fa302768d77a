package plimsoll.release.deny.scan_missing

import data.plimsoll.lib

# METADATA
# title: Every required report is there
# description: Which reports are required follows from the parts of the release; a rollback brings back what was judged before.
# custom:
#   code: scan.missing
#   solution: Release again; if it stays, the worker and the policies are of different versions.
#   controls: [NIST 800-53 RA-5]
violations contains violation if {
	input.order.rollback == null
	some part in ["infrastructure", "model"]
	input.order[part] != null
	some tool in lib.settings.requiredReports[part][input.stage]
	not tool in {report.tool | some report in input.reports}
	violation := lib.violation(rego.metadata.rule(), sprintf("there is no report of %s", [tool]))
}
