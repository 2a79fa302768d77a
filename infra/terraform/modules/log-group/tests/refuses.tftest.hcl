# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  name        = "/ml/production/pipeline"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "a_name_with_a_pattern_is_refused" {
  command = plan

  variables {
    name = "/ml/*"
  }

  expect_failures = [var.name]
}

run "a_name_that_belongs_to_aws_is_refused" {
  command = plan

  variables {
    name = "aws/lambda"
  }

  expect_failures = [var.name]
}

run "less_than_a_year_is_refused" {
  command = plan

  variables {
    retention_days = 90
  }

  expect_failures = [var.retention_days]
}

run "keeping_for_ever_is_refused" {
  command = plan

  variables {
    retention_days = 0
  }

  expect_failures = [var.retention_days]
}

run "a_key_alias_is_refused" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/models"
  }

  expect_failures = [var.kms_key_arn]
}

run "a_key_id_without_its_account_is_refused" {
  command = plan

  variables {
    kms_key_arn = "0a1b2c3d-0000-4000-8000-000000000000"
  }

  expect_failures = [var.kms_key_arn]
}

run "tags_that_belong_to_aws_are_refused" {
  command = plan

  variables {
    tags = { "aws:owner" = "us" }
  }

  expect_failures = [var.tags]
}

run "a_pattern_of_streams_is_refused" {
  command = plan

  variables {
    streams = ["*"]
  }

  expect_failures = [var.streams]
}
