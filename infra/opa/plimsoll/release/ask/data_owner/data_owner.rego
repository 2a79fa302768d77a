package plimsoll.release.ask.data_owner

import data.plimsoll.lib

# METADATA
# title: Whoever owns the data agrees that it goes
# description: >-
#   Keys, buckets, tables, registries, databases and clusters do not come back with the next release, wherever they are.
# custom:
#   code: approval.dataOwner
#   solution: Ask a member of the data owners, beside those who approve anyway.
#   controls: [NIST 800-53 CP-9, SOC 2 CC8.1]
reasons contains rego.metadata.rule().custom.code if holds_data

# A seat of its own in the quorum.
seats contains {"groups": lib.settings.groups.dataOwners, "count": 1} if holds_data

holds_data if {
	some resource in lib.removed
	some pattern in lib.settings.protectedTypes
	glob.match(pattern, [], resource.type)
}
