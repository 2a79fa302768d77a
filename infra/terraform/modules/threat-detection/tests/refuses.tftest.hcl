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

  mock_resource "aws_sqs_queue" {
    defaults        = { arn = "arn:aws:sqs:eu-west-1:111122223333:queue", id = "https://sqs.eu-west-1.amazonaws.com/111122223333/queue" }
    override_during = plan
  }

  mock_resource "aws_sns_topic" {
    defaults        = { arn = "arn:aws:sns:eu-west-1:111122223333:topic" }
    override_during = plan
  }
}


variables {
  name        = "ml-production"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                 = "ML"
    existing_detector_id = "detector"
    minimum_severity     = 8
    security_emails      = ["security"]
    kms_key_arn          = "alias/aws/sqs"
    tags                 = { "aws:owner" = "us" }
  }

  expect_failures = [var.name, var.existing_detector_id, var.minimum_severity, var.security_emails, var.kms_key_arn, var.tags]
}
