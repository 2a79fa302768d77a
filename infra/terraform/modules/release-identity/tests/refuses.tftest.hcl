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
  name                       = "plimsoll-production"
  environment                = "production"
  worker_role_arns           = ["arn:aws:iam::111122223333:role/plimsoll-worker"]
  state                      = { bucket = "acme-tfstate", key = "production.tfstate", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d", lock_table_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/acme-tflock" }
  alarm_topic_arn            = "arn:aws:sns:eu-west-1:111122223333:security"
  break_glass_principal_arns = ["arn:aws:iam::111122223333:user/ana"]
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                     = "P"
    environment              = "Prod*"
    worker_role_arns         = ["*"]
    state                    = { bucket = "acme-tfstate", key = "*", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
    secret_arns              = ["*"]
    apply_policy_arns        = { all = "arn:aws:iam::aws:policy/AdministratorAccess" }
    alarm_topic_arn          = "security"
    permissions_boundary_arn = "boundary"
    tags                     = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.name, var.environment, var.worker_role_arns, var.state, var.secret_arns, var.apply_policy_arns,
    var.alarm_topic_arn, var.permissions_boundary_arn, var.tags,
  ]
}

run "glass_that_nobody_hears_and_a_state_key_by_alias_are_refused" {
  command = plan

  variables {
    alarm_topic_arn = null
    state           = { bucket = "acme-tfstate", key = "production.tfstate", kms_key_arn = "alias/tfstate" }
  }

  expect_failures = [var.alarm_topic_arn, var.state]
}

run "break_glass_for_roles_is_refused" {
  command = plan

  variables {
    break_glass_principal_arns = ["arn:aws:iam::111122223333:role/people"]
  }

  expect_failures = [var.break_glass_principal_arns]
}
