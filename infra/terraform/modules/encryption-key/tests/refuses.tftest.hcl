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

variables {
  name        = "ml/production"
  description = "Models, images and logs of production"
}

run "a_name_with_its_alias_prefix_is_refused" {
  command = plan

  variables {
    name = "Alias/ML"
  }

  expect_failures = [var.name]
}

run "a_name_that_belongs_to_aws_is_refused" {
  command = plan

  variables {
    name = "aws/s3"
  }

  expect_failures = [var.name]
}

run "a_description_that_says_nothing_is_refused" {
  command = plan

  variables {
    description = "key"
  }

  expect_failures = [var.description]
}

run "a_pattern_of_log_groups_is_refused" {
  command = plan

  variables {
    log_groups = ["*"]
  }

  expect_failures = [var.log_groups]
}

run "a_deletion_window_of_a_week_is_refused" {
  command = plan

  variables {
    deletion_window_days = 7
  }

  expect_failures = [var.deletion_window_days]
}

run "a_deletion_window_of_half_a_day_more_is_refused" {
  command = plan

  variables {
    deletion_window_days = 14.5
  }

  expect_failures = [var.deletion_window_days]
}

run "tags_that_belong_to_aws_are_refused" {
  command = plan

  variables {
    tags = { "aws:owner" = "us" }
  }

  expect_failures = [var.tags]
}

run "a_service_that_delivers_nothing_is_refused" {
  command = plan

  variables {
    services = ["*"]
  }

  expect_failures = [var.services]
}

run "undecided_node_disks_are_refused" {
  command = plan

  variables {
    node_disks = null
  }

  expect_failures = [var.node_disks]
}
