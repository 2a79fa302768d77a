package plimsoll.release.deny.protected_destroyed

import data.plimsoll.lib

# METADATA
# title: Nothing that holds data is destroyed in production
# description: Keys, buckets, tables, registries, databases and clusters do not come back with the next release.
# custom:
#   code: change.protectedDestroyed
#   solution: Keep the resource, or move it with a moved or removed block; what must go is removed by hand, by two people.
#   controls: [NIST 800-53 CP-9, SOC 2 A1.2]
#   waivable: true
violations contains violation if {
	lib.production
	some resource in input.change.resources
	resource.action in {"delete", "replace"}
	some pattern in lib.settings.protectedTypes
	glob.match(pattern, [], resource.type)
	message := sprintf("%s of %s", [resource.action, resource.address])
	violation := lib.violation_at(rego.metadata.rule(), resource.address, message)
}
