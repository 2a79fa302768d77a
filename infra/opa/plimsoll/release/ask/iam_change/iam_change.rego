package plimsoll.release.ask.iam_change

import data.plimsoll.lib

# METADATA
# title: Rights are looked at before they change
# description: Every change of IAM, also one whose policy is not known before it is made.
# custom:
#   code: approval.iamChange
#   solution: Read the change, then ask a member of an approver group.
#   controls: [NIST 800-53 AC-6]
reasons contains rego.metadata.rule().custom.code if {
	some resource in (lib.written | lib.removed)
	startswith(resource.type, "aws_iam_")
}
