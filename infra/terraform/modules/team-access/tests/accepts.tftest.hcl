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
  team = "risk"
  access = {
    Statement = [{ Sid = "ReadAndPublish1", Resource = ["arn:aws:s3:::acme-models/fraud-scorer/*", "arn:aws:s3:::acme-risk-scratch/*"] }]
    cluster   = { policy = "AmazonEKSViewPolicy", namespaces = ["models"] }
  }
  bucket            = "acme-models"
  kms_key_arn       = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
  cluster_arn       = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production"
  trusted_role_arns = ["arn:aws:iam::111122223333:role/people"]
}

run "a_team_reads_and_publishes_its_own_models_only" {
  command = plan

  assert {
    condition     = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this["publisher"].policy).Statement : statement.Resource if startswith(statement.Sid, "Read") || startswith(statement.Sid, "Publish")])) == toset(["arn:aws:s3:::acme-models/fraud-scorer/*"])
    error_message = "Only objects of the team's services may be named."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this["reader"].policy, "s3:Put") && !strcontains(aws_iam_role_policy.this["publisher"].policy, "Delete")
    error_message = "Readers publish nothing, and publishers delete nothing."
  }
}

run "a_team_that_the_policies_give_nothing_gets_nothing" {
  command = plan

  variables {
    access = { Statement = [] }
  }

  assert {
    condition     = length(output.access_entries) == 0 && !strcontains(aws_iam_role_policy.this["publisher"].policy, "arn:aws:s3:::acme-models/")
    error_message = "Without a line in the policies' data there must be none here."
  }
}

run "only_sessions_of_the_team_get_in_and_they_say_who_they_are" {
  command = plan

  assert {
    condition     = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:PrincipalTag/team"] == "risk" && jsondecode(role.assume_role_policy).Statement[0].Condition.StringLike["sts:SourceIdentity"] == "*"])
    error_message = "The session's tag and its source identity must be asked for."
  }
}

run "the_boundary_denies_what_would_hide_or_widen" {
  command = plan

  assert {
    condition     = length(setintersection(jsondecode(aws_iam_policy.boundary.policy).Statement[1].Action, ["iam:*", "cloudtrail:StopLogging", "guardduty:Update*", "kms:ScheduleKeyDeletion", "s3:DeleteObject*"])) == 5
    error_message = "The boundary must deny it by name."
  }
}

run "both_roles_end_at_the_boundary" {
  command = plan

  override_resource {
    target          = aws_iam_policy.boundary
    values          = { arn = "arn:aws:iam::111122223333:policy/teams/risk/risk-boundary" }
    override_during = plan
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.permissions_boundary == aws_iam_policy.boundary.arn && role.path == "/teams/risk/"])
    error_message = "Every role must carry the boundary and lie in the team's path."
  }

  assert {
    condition     = alltrue([for entry in output.access_entries : entry.policy == "AmazonEKSViewPolicy" && entry.namespaces == tolist(["models"])])
    error_message = "In the cluster a team looks and changes nothing."
  }
}
