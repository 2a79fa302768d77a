# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  repositories = ["risk/fraud-scorer", "growth/churn-scorer"]
  kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "nobody_else_pulls_unless_it_is_said" {
  command = plan

  assert {
    condition     = length(module.repository) == 2 && length(aws_ecr_repository_policy.pull) == 0 && length(aws_ecr_registry_scanning_configuration.this) == 0
    error_message = "There must be two repositories, without policies, and nothing about the account."
  }
}

run "accounts_that_are_named_pull_and_do_nothing_else" {
  command = plan

  variables {
    pull_account_ids  = ["444455556666"]
    enhanced_scanning = true
  }

  assert {
    condition     = alltrue([for policy in aws_ecr_repository_policy.pull : jsondecode(policy.policy).Statement[0].Principal.AWS == ["arn:aws:iam::444455556666:root"] && !anytrue([for action in jsondecode(policy.policy).Statement[0].Action : strcontains(action, "Put") || strcontains(action, "*")])])
    error_message = "The named account may pull, and nobody may push."
  }

  assert {
    condition     = one(one(aws_ecr_registry_scanning_configuration.this).rule).scan_frequency == "CONTINUOUS_SCAN"
    error_message = "Images must be scanned again and again."
  }
}
