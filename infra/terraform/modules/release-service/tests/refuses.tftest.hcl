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

  mock_resource "aws_cloudwatch_log_stream" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production/fraud-scorer:log-stream:serving" }
    override_during = plan
  }
}


variables {
  service      = "fraud-scorer"
  team         = "risk"
  environment  = "production"
  bucket       = "acme-models"
  cluster_arn  = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production"
  replicas_max = 12
  kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    service                  = "*"
    team                     = "Risk Team"
    environment              = "Production"
    namespace                = "kube-system"
    bucket                   = "acme-models/fraud"
    partition                = "mars"
    cluster_arn              = "ml-production"
    replicas_max             = 0
    alarm_topic_arn          = "oncall"
    kms_key_arn              = "alias/ml"
    permissions_boundary_arn = "boundary"
    tags                     = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.service, var.team, var.environment, var.namespace, var.bucket, var.partition, var.cluster_arn,
    var.replicas_max, var.alarm_topic_arn, var.kms_key_arn, var.permissions_boundary_arn, var.tags,
  ]
}
