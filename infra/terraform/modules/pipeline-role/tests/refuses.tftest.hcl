# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

variables {
  name           = "ml-production-pipeline"
  bucket         = "acme-models"
  model_prefix   = "fraud-scorer/"
  log_stream_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production/pipeline:log-stream:training"
  kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "a_name_with_a_space_is_refused" {
  command = plan

  variables {
    name = "ml pipeline"
  }

  expect_failures = [var.name]
}

run "a_person_s_principal_is_refused" {
  command = plan

  variables {
    trusted_service = "arn:aws:iam::111122223333:user/ana"
  }

  expect_failures = [var.trusted_service]
}

run "every_bucket_is_refused" {
  command = plan

  variables {
    bucket = "*"
  }

  expect_failures = [var.bucket]
}

run "a_bucket_with_a_path_is_refused" {
  command = plan

  variables {
    bucket = "acme-models/fraud-scorer"
  }

  expect_failures = [var.bucket]
}

run "a_prefix_without_its_slash_is_refused" {
  command = plan

  variables {
    model_prefix = "fraud"
  }

  expect_failures = [var.model_prefix]
}

run "the_whole_bucket_is_refused" {
  command = plan

  variables {
    model_prefix = ""
  }

  expect_failures = [var.model_prefix]
}

run "a_prefix_with_a_pattern_is_refused" {
  command = plan

  variables {
    model_prefix = "*/"
  }

  expect_failures = [var.model_prefix]
}

run "every_stream_of_a_log_group_is_refused" {
  command = plan

  variables {
    log_stream_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml:log-stream:*"
  }

  expect_failures = [var.log_stream_arn]
}

run "a_key_alias_is_refused" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/models"
  }

  expect_failures = [var.kms_key_arn]
}

run "every_key_is_refused" {
  command = plan

  variables {
    kms_key_arn = "*"
  }

  expect_failures = [var.kms_key_arn]
}

run "a_boundary_that_is_no_policy_is_refused" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::111122223333:role/ml"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "a_session_of_a_day_is_refused" {
  command = plan

  variables {
    max_session_hours = 24
  }

  expect_failures = [var.max_session_hours]
}

run "a_session_of_half_an_hour_more_is_refused" {
  command = plan

  variables {
    max_session_hours = 1.5
  }

  expect_failures = [var.max_session_hours]
}

run "tags_that_belong_to_aws_are_refused" {
  command = plan

  variables {
    tags = { "aws:owner" = "us" }
  }

  expect_failures = [var.tags]
}

run "a_partition_that_aws_does_not_have_is_refused" {
  command = plan

  variables {
    partition = "*"
  }

  expect_failures = [var.partition]
}
