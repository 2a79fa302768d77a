package plimsoll.release.deny.chart_host

import data.plimsoll.lib
import data.plimsoll.lib.pods

# METADATA
# title: No pod reaches into its node
# description: Neither its files, nor its network, nor its processes.
# custom:
#   code: chart.host
#   solution: Take the host path, the host's namespaces and host ports away.
#   controls: [Pod Security Standards baseline, NSA Kubernetes Hardening Guide 1.4, NIST 800-53 AC-6]
#   waivable: true
violations contains violation if {
	some found in union({paths, namespaces, ports})
	violation := lib.violation_at(rego.metadata.rule(), found.address, found.message)
}

paths contains {"address": pod.address, "message": sprintf("%s mounts %s of its node", [pod.address, path])} if {
	some pod in pods.pods
	path := pod.spec.volumes[_].hostPath.path
}

namespaces contains {"address": pod.address, "message": sprintf("%s has %s", [pod.address, which])} if {
	some pod in pods.pods
	some which in ["hostNetwork", "hostPID", "hostIPC"]
	pod.spec[which] == true
}

ports contains {"address": one.address, "message": sprintf("%s takes port %v of its node", [one.address, port])} if {
	some one in pods.containers
	port := one.container.ports[_].hostPort
}
