# METADATA
# title: Reading rendered charts
# description: >-
#   Pods wherever they are: whatever in an object has a list of containers is the specification of a pod, also in kinds
#   that nobody here has heard of.
package plimsoll.lib.pods

# Objects, those in a List too.
objects contains thing if {
	some thing in input.manifests
	not thing.items
}

objects contains item if {
	some thing in input.manifests
	some item in thing.items
}

address(thing) := sprintf("%v/%v", [thing.kind, thing.metadata.name]) if thing.metadata.name

else := "an object without kind and name"

pods contains {"address": address(thing), "spec": spec} if {
	some thing in objects
	walk(thing, [_, spec])
	is_array(spec.containers)
}

containers contains {"address": sprintf("%s %s", [pod.address, object.get(container, "name", "unnamed")]), "pod": pod.spec, "container": container} if {
	some pod in pods
	some kind in ["containers", "initContainers", "ephemeralContainers"]
	some container in pod.spec[kind]
}

# The container's own word first, then the pod's.
effective(one, key) := object.get(one.container, ["securityContext", key], object.get(one.pod, ["securityContext", key], null))

security(one) := object.get(one.container, "securityContext", {})
