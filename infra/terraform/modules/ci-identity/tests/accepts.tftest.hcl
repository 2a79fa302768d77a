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
  name = "ml-production-ci"
  github = {
    fraud = {
      owner                = "acme", owner_id = 123456, repository = "fraud-scorer", repository_id = 456789, environment = "production"
      push_repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/risk/fraud-scorer"]
    }
  }
  jenkins_issuer = "https://jenkins.example.com/oidc"
  jenkins = {
    churn = {
      subject              = "https://jenkins.example.com/job/growth/job/churn-scorer/"
      push_repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/growth/churn-scorer"]
    }
  }
}

run "a_github_job_is_trusted_by_both_forms_of_its_subject_and_by_no_pattern" {
  command = plan

  override_resource {
    target          = aws_iam_openid_connect_provider.github
    values          = { arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
    override_during = plan
  }

  override_resource {
    target          = aws_iam_openid_connect_provider.jenkins
    values          = { arn = "arn:aws:iam::111122223333:oidc-provider/jenkins.example.com/oidc" }
    override_during = plan
  }

  assert {
    condition = jsondecode(aws_iam_role.this["fraud"].assume_role_policy).Statement[0].Condition == {
      StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = [
          "repo:acme/fraud-scorer:environment:production",
          "repo:acme@123456/fraud-scorer@456789:environment:production",
        ]
      }
    }
    error_message = "Both subjects must be listed, and nothing else."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["churn"].assume_role_policy).Statement[0].Condition.StringEquals["jenkins.example.com/oidc:sub"] == ["https://jenkins.example.com/job/growth/job/churn-scorer/"]
    error_message = "A Jenkins job must be trusted by its address."
  }
}

run "a_build_pushes_its_own_images_and_does_nothing_else" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["fraud"].policy).Statement[1].Resource == ["arn:aws:ecr:eu-west-1:111122223333:repository/risk/fraud-scorer"]
    error_message = "Only its own repository may be named."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_iam_role_policy.this : [for statement in jsondecode(policy.policy).Statement : [for action in statement.Action : startswith(action, "ecr:") && !strcontains(action, "Delete") && !strcontains(action, "*")]]]))
    error_message = "Nothing but ECR, and nothing that deletes."
  }
}

run "a_branch_is_as_good_as_an_environment" {
  command = plan

  variables {
    existing_github_provider_arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    github = {
      fraud = {
        owner                = "acme", owner_id = 123456, repository = "fraud-scorer", repository_id = 456789, ref = "refs/heads/main"
        push_repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/risk/fraud-scorer"]
      }
    }
  }

  assert {
    condition     = output.github_subjects["fraud"][0] == "repo:acme/fraud-scorer:ref:refs/heads/main" && length(aws_iam_openid_connect_provider.github) == 0
    error_message = "The ref must be in the subject, and the provider that is there must be used."
  }
}
