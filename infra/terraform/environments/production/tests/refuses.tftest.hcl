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

  # Modules take whole ARNs and nothing else: what a plan does not know yet is given here.
  mock_resource "aws_cloudwatch_log_stream" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production:log-stream:serving" }
    override_during = plan
  }
}


run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    account_id        = "acme"
    state_kms_key_arn = "alias/tfstate"
  }

  expect_failures = [var.account_id, var.state_kms_key_arn]
}
