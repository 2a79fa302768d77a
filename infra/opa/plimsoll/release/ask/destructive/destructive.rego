package plimsoll.release.ask.destructive

import data.plimsoll.lib

# METADATA
# title: What goes away is looked at first
# description: A destroy, a replace or a forget can be planned by accident, by a rename for instance.
# custom:
#   code: approval.destructive
#   solution: Read the change, then ask a member of an approver group.
#   controls: [NIST 800-53 CM-3]
reasons contains rego.metadata.rule().custom.code if count(lib.removed) > 0
