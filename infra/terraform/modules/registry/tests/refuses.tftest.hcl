# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  repositories = ["risk/fraud-scorer"]
  kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    repositories      = ["Risk/Fraud"]
    kms_key_arn       = "alias/ml"
    pull_account_ids  = ["*"]
    enhanced_scanning = null
    tags              = { "aws:owner" = "us" }
  }

  # The child module refuses the same key and name; Terraform counts what the module itself says.
  expect_failures = [var.repositories, var.kms_key_arn, var.pull_account_ids, var.enhanced_scanning, var.tags]
}
