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

run "both_roles_are_taken_in_a_release_s_name_only" {
  command = plan

  assert {
    condition = alltrue([for role in [aws_iam_role.plan, aws_iam_role.apply] : jsondecode(role.assume_role_policy).Statement[0].Condition == {
      StringLike = {
        "sts:RoleSessionName" = "?*-????????????"
        "sts:SourceIdentity"  = "?*"
      }
      StringEquals = {
        "aws:RequestTag/environment" = "production"
        "aws:RequestTag/release"     = "$${sts:RoleSessionName}"
      }
      "ForAllValues:StringEquals" = { "aws:TagKeys" = ["release", "environment", "team"] }
    }])
    error_message = "Name, source identity and tags must all be asked for."
  }

  assert {
    condition     = aws_iam_role.plan.max_session_duration == 3600 && aws_iam_role.apply.max_session_duration == 3600
    error_message = "An hour is what a chained session gets."
  }
}

run "terraform_finds_its_workspaces" {
  command = plan

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.plan.policy).Statement : statement.Condition.StringLike["s3:prefix"] if statement.Sid == "FindState"]) == ["production.tfstate*", "env:/*"]
    error_message = "Without the prefix env:/ terraform init ends with AccessDenied."
  }
}

run "a_plan_writes_nothing" {
  command = plan

  assert {
    condition     = !anytrue(flatten([for statement in jsondecode(aws_iam_role_policy.plan.policy).Statement : [for action in statement.Action : can(regex(":(Put|Delete|Create|Update)", action))] if statement.Effect == "Allow"]))
    error_message = "The plan role must not write."
  }

  assert {
    condition     = endswith(aws_iam_role_policy_attachment.plan.policy_arn, ":policy/SecurityAudit")
    error_message = "It reads settings, and no data."
  }
}

run "an_apply_writes_its_own_state_and_deletes_its_lock_only" {
  command = plan

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement.Resource if statement.Effect == "Allow" && contains(statement.Action, "s3:DeleteObject")] == [["arn:aws:s3:::acme-tfstate/production.tfstate.tflock"]]
    error_message = "Nothing but the lock file may be deleted."
  }

  assert {
    condition     = alltrue([for policy in [aws_iam_role_policy.plan.policy, aws_iam_role_policy.apply.policy, aws_iam_role_policy.break_glass[0].policy] : strcontains(policy, "cloudtrail:StopLogging") && strcontains(policy, "iam:UpdateAssumeRolePolicy")])
    error_message = "No role may hide its tracks or widen itself."
  }
}

run "breaking_the_glass_takes_a_second_factor_and_is_heard" {
  command = plan

  override_resource {
    target          = aws_iam_role.break_glass
    values          = { arn = "arn:aws:iam::111122223333:role/plimsoll-production-break-glass" }
    override_during = plan
  }

  assert {
    condition     = jsondecode(aws_iam_role.break_glass[0].assume_role_policy).Statement[0].Condition.Bool["aws:MultiFactorAuthPresent"] == "true"
    error_message = "The factor must be asked for so that its absence refuses."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.break_glass[0].event_pattern).detail.requestParameters.roleArn == ["arn:aws:iam::111122223333:role/plimsoll-production-break-glass"] && aws_cloudwatch_event_target.break_glass[0].arn == var.alarm_topic_arn
    error_message = "Every use must reach the topic."
  }
}

run "roles_that_a_release_makes_end_at_the_boundary" {
  command = plan

  variables {
    permissions_boundary_arn   = "arn:aws:iam::111122223333:policy/boundary"
    break_glass_principal_arns = []
    alarm_topic_arn            = null
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement.Condition.StringNotEquals["iam:PermissionsBoundary"] if statement.Sid == "NewRolesEndAtTheBoundary"]) == var.permissions_boundary_arn
    error_message = "Making a role without the boundary must be denied."
  }

  assert {
    condition     = length(aws_iam_role.break_glass) == 0 && output.break_glass_role_arn == null
    error_message = "Without people there must be no such role."
  }
}
