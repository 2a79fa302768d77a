# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  name                = "ml-production"
  availability_zones  = ["eu-west-1a", "eu-west-1b"]
  flow_log_bucket_arn = "arn:aws:s3:::acme-logs"
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                = "ML"
    cidr                = "10.40.0.0/24"
    availability_zones  = ["eu-west-1a"]
    nat                 = "two"
    interface_endpoints = ["com.amazonaws.eu-west-1.sts"]
    flow_log_bucket_arn = "acme-logs"
    tags                = { "aws:owner" = "us" }
  }

  expect_failures = [var.name, var.cidr, var.availability_zones, var.nat, var.interface_endpoints, var.flow_log_bucket_arn, var.tags]
}

run "public_addresses_and_zones_named_twice_are_refused" {
  command = plan

  variables {
    cidr                = "52.0.0.0/16"
    availability_zones  = ["eu-west-1a", "eu-west-1a"]
    interface_endpoints = ["s3"]
    flow_log_bucket_arn = null
  }

  expect_failures = [var.cidr, var.availability_zones, var.interface_endpoints, var.flow_log_bucket_arn]
}

run "an_existing_network_with_one_subnet_is_refused" {
  command = plan

  variables {
    existing = { vpc_id = "vpc-0a1b2c3d", private_subnet_ids = ["subnet-0a1b2c3d"] }
  }

  expect_failures = [var.existing]
}
