# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name              = "Acme"
    lock_table        = null
    access_log_bucket = "arn:aws:s3:::logs"
    tags              = { "aws:owner" = "us" }
  }

  expect_failures = [var.name, var.lock_table, var.access_log_bucket, var.tags]
}
