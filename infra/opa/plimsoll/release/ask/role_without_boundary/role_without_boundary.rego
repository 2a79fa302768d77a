package plimsoll.release.ask.role_without_boundary

import data.plimsoll.lib

# METADATA
# title: A role has a permissions boundary
# description: A boundary caps what later policies can give the role.
# custom:
#   code: approval.roleWithoutBoundary
#   solution: Set permissions_boundary, or ask a member of an approver group.
#   controls: [NIST 800-53 AC-6]
reasons contains rego.metadata.rule().custom.code if {
	some resource in lib.written
	resource.type == "aws_iam_role"
	object.get(resource.after, "permissions_boundary", null) in {null, ""}
}
