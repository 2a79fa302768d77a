package plimsoll.release.deny.ingress_open_test

import data.plimsoll.release.deny.ingress_open
import data.plimsoll.release_fixture as fixture

open(type, after) := result if {
	result := {violation.message | some violation in ingress_open.violations} with input as fixture.changing([fixture.named(type, "this", after)])
}

test_a_group_that_lets_everybody_in_is_denied if {
	open("aws_security_group", {"ingress": [{"cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"], "ipv6_cidr_blocks": ["::/0"]}]}) == {
		"aws_security_group.this lets in 0.0.0.0/0",
		"aws_security_group.this lets in ::/0",
	}
}

test_rules_of_their_own_count if {
	count(open("aws_security_group_rule", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]})) == 1
	count(open("aws_vpc_security_group_ingress_rule", {"cidr_ipv4": "0.0.0.0/0"})) == 1
	count(open("aws_vpc_security_group_ingress_rule", {"cidr_ipv6": "2000::/3", "cidr_ipv4": null})) == 1
	open("aws_security_group_rule", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}) == set()
}

test_half_of_the_internet_is_the_internet if {
	count(open("aws_security_group", {"ingress": [{"cidr_blocks": ["0.0.0.0/1", "128.0.0.0/1"]}]})) == 2
}

test_networks_of_a_company_pass if {
	open("aws_security_group", {"ingress": [{"cidr_blocks": ["10.0.0.0/8", "192.168.1.0/24"], "ipv6_cidr_blocks": ["2001:db8::/32"]}]}) == set()
}

test_a_cluster_is_reached_from_named_networks if {
	count(open("aws_eks_cluster", {"vpc_config": [{}]})) == 1
	count(open("aws_eks_cluster", {"vpc_config": [{"endpoint_public_access": true, "public_access_cidrs": ["0.0.0.0/0"]}]})) == 1
	open("aws_eks_cluster", {"vpc_config": [{"endpoint_public_access": true, "public_access_cidrs": ["203.0.113.0/24"]}]}) == set()
	open("aws_eks_cluster", {"vpc_config": [{"endpoint_public_access": false}]}) == set()
}
