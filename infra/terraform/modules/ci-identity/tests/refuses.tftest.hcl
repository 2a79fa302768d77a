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

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                         = "CI"
    github                       = { fraud = { owner = "acme", owner_id = 123456, repository = "*", repository_id = 456789, environment = "production", push_repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/risk"] } }
    existing_github_provider_arn = "arn:aws:iam::111122223333:oidc-provider/example.com"
    jenkins_issuer               = "http://jenkins.example.com"
    jenkins_thumbprints          = ["AA:BB"]
    permissions_boundary_arn     = "boundary"
    tags                         = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.name, var.github, var.existing_github_provider_arn, var.jenkins_issuer, var.jenkins_thumbprints,
    var.permissions_boundary_arn, var.tags,
  ]
}

run "a_job_of_any_branch_and_one_that_pushes_nowhere_are_refused" {
  command = plan

  variables {
    github  = { fraud = { owner = "acme", owner_id = 123456, repository = "fraud-scorer", repository_id = 456789, push_repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/risk"] } }
    jenkins = { churn = { subject = "https://jenkins.example.com/job/churn/", push_repository_arns = [] } }
  }

  expect_failures = [var.github, var.jenkins]
}

run "jobs_without_an_issuer_are_refused" {
  command = plan

  variables {
    jenkins_issuer = null
  }

  expect_failures = [var.jenkins_issuer]
}

run "a_pattern_of_repositories_and_of_jobs_is_refused" {
  command = plan

  variables {
    github  = { fraud = { owner = "acme", owner_id = 123456, repository = "fraud-scorer", repository_id = 456789, ref = "refs/heads/main", push_repository_arns = ["*"] } }
    jenkins = { churn = { subject = "https://jenkins.example.com/job/*", push_repository_arns = ["arn:aws:ecr:eu-west-1:111122223333:repository/churn"] } }
  }

  expect_failures = [var.github, var.jenkins]
}
