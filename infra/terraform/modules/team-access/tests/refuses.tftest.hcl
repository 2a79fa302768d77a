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

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    team                         = "Risk Team"
    access                       = { Statement = [{ Sid = "Find1", Resource = ["arn:aws:s3:::*"] }] }
    bucket                       = "acme-models/fraud"
    kms_key_arn                  = "alias/ml"
    cluster_arn                  = "ml-production"
    trusted_role_arns            = ["*"]
    boundary_extra_resource_arns = ["arn:aws:s3:::*"]
    tags                         = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.team, var.access, var.bucket, var.kms_key_arn, var.cluster_arn,
    var.trusted_role_arns, var.boundary_extra_resource_arns, var.tags,
  ]
}

run "a_whole_account_and_changing_the_cluster_are_refused" {
  command = plan

  variables {
    access            = { Statement = [], cluster = { policy = "AmazonEKSClusterAdminPolicy", namespaces = ["models"] } }
    trusted_role_arns = ["arn:aws:iam::111122223333:root"]
  }

  expect_failures = [var.access, var.trusted_role_arns]
}
