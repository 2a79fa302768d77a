# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_stream" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production:log-stream:training" }
    override_during = plan
  }
}

variables {
  name        = "ml-production-fraud"
  service     = "fraud-scorer"
  bucket      = "acme-models"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                     = "ML"
    service                  = "*"
    bucket                   = "acme-models/fraud"
    trusted_service          = "ec2.amazonaws.com"
    log_retention_days       = 1
    max_session_hours        = 24
    kms_key_arn              = "alias/ml"
    permissions_boundary_arn = "boundary"
    tags                     = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.name, var.service, var.bucket, var.trusted_service, var.log_retention_days,
    var.max_session_hours, var.kms_key_arn, var.permissions_boundary_arn, var.tags,
  ]
}
