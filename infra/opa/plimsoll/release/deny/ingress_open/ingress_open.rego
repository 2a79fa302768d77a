package plimsoll.release.deny.ingress_open

import data.plimsoll.lib

# METADATA
# title: Nothing lets the whole internet in
# description: >-
#   Security groups, and the address of a cluster. Traffic comes through the load balancer of the platform; half of all
#   addresses is the internet too.
# custom:
#   code: network.openIngress
#   solution: Name the networks or the security groups that may come in.
#   controls: [CIS AWS Foundations 5.2, NIST 800-53 SC-7, SOC 2 CC6.6]
#   waivable: true
violations contains violation if {
	some found in ((from_group | from_rule) | from_cluster)
	wide(found.network)
	message := sprintf("%s lets in %s", [found.address, found.network])
	violation := lib.violation_at(rego.metadata.rule(), found.address, message)
}

from_group contains {"address": resource.address, "network": network} if {
	some resource in lib.written
	resource.type in {"aws_security_group", "aws_default_security_group"}
	some key in ["cidr_blocks", "ipv6_cidr_blocks"]
	network := resource.after.ingress[_][key][_]
}

from_rule contains {"address": resource.address, "network": network} if {
	some resource in lib.written
	resource.type == "aws_security_group_rule"
	resource.after.type == "ingress"
	some key in ["cidr_blocks", "ipv6_cidr_blocks"]
	network := resource.after[key][_]
}

from_rule contains {"address": resource.address, "network": network} if {
	some resource in lib.written
	resource.type == "aws_vpc_security_group_ingress_rule"
	some key in ["cidr_ipv4", "cidr_ipv6"]
	network := resource.after[key]
}

from_cluster contains {"address": resource.address, "network": network} if {
	some resource in lib.written
	resource.type == "aws_eks_cluster"
	some config in resource.after.vpc_config
	object.get(config, "endpoint_public_access", true) == true
	some network in networks(config)
}

# AWS's own default is everybody.
networks(config) := config.public_access_cidrs if count(config.public_access_cidrs) > 0

else := ["0.0.0.0/0"]

# No company has a network of more than sixteen million addresses, and in IPv6 no one has a /16.
wide(network) if {
	is_string(network)
	length := to_number(split(network, "/")[1])
	length < longest(network)
}

longest(network) := 16 if contains(network, ":")

else := 8
