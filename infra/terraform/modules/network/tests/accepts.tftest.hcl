# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

variables {
  name                = "ml-production"
  availability_zones  = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  flow_log_bucket_arn = "arn:aws:s3:::acme-logs/flow"
}

run "without_nat_nothing_is_public" {
  command = plan

  assert {
    condition     = length(aws_subnet.private) == 3 && length(aws_subnet.public) == 0 && length(aws_internet_gateway.this) == 0 && length(aws_route.private) == 0
    error_message = "There must be private subnets only, and no way out."
  }

  assert {
    condition     = length(distinct([for subnet in aws_subnet.private : subnet.cidr_block])) == 3 && !anytrue([for subnet in aws_subnet.private : coalesce(subnet.map_public_ip_on_launch, false)])
    error_message = "Each zone must have addresses of its own, and none public."
  }

  assert {
    condition     = length(aws_default_security_group.this[0].ingress) == 0 && length(aws_default_security_group.this[0].egress) == 0 && aws_flow_log.this[0].traffic_type == "ALL"
    error_message = "The default security group must be empty, and all traffic logged."
  }
}

run "a_gateway_in_each_zone_where_it_is_asked_for" {
  command = plan

  variables {
    nat = "per-zone"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_subnet.public) == 3 && length(aws_route.private) == 3
    error_message = "Every zone must have its own way out."
  }
}

run "one_gateway_where_that_is_enough" {
  command = plan

  variables {
    nat = "single"
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a"] && length(aws_route.private) == 3
    error_message = "One gateway must serve all three zones."
  }
}

run "a_network_that_is_there_is_used_and_nothing_is_made" {
  command = plan

  variables {
    existing = { vpc_id = "vpc-0a1b2c3d", private_subnet_ids = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"] }
  }

  override_data {
    target = data.aws_vpc.existing[0]
    values = { id = "vpc-0a1b2c3d", enable_dns_support = true, enable_dns_hostnames = true }
  }

  override_data {
    target = data.aws_subnet.existing["subnet-0a1b2c3d"]
    values = { id = "subnet-0a1b2c3d", vpc_id = "vpc-0a1b2c3d", map_public_ip_on_launch = false }
  }

  override_data {
    target = data.aws_subnet.existing["subnet-1a1b2c3d"]
    values = { id = "subnet-1a1b2c3d", vpc_id = "vpc-0a1b2c3d", map_public_ip_on_launch = false }
  }

  assert {
    condition     = length(aws_vpc.this) == 0 && length(aws_subnet.private) == 0 && length(aws_vpc_endpoint.s3) == 0 && length(aws_flow_log.this) == 0
    error_message = "Nothing may be made in a network that is somebody else's."
  }

  assert {
    condition     = output.vpc_id == "vpc-0a1b2c3d" && output.private_subnet_ids == tolist(["subnet-0a1b2c3d", "subnet-1a1b2c3d"])
    error_message = "The outputs must be what was given."
  }
}

run "a_network_without_private_names_is_refused" {
  command = plan

  variables {
    existing = { vpc_id = "vpc-0a1b2c3d", private_subnet_ids = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"] }
  }

  override_data {
    target = data.aws_vpc.existing[0]
    values = { id = "vpc-0a1b2c3d", enable_dns_support = true, enable_dns_hostnames = false }
  }

  override_data {
    target = data.aws_subnet.existing["subnet-0a1b2c3d"]
    values = { vpc_id = "vpc-0a1b2c3d", map_public_ip_on_launch = false }
  }

  override_data {
    target = data.aws_subnet.existing["subnet-1a1b2c3d"]
    values = { vpc_id = "vpc-0a1b2c3d", map_public_ip_on_launch = true }
  }

  expect_failures = [data.aws_vpc.existing, data.aws_subnet.existing["subnet-1a1b2c3d"]]
}
