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

  mock_resource "aws_s3_bucket" {
    defaults        = { arn = "arn:aws:s3:::bucket" }
    override_during = plan
  }
}


variables {
  name                   = "acme-ml"
  regions                = ["eu-west-1"]
  kms_key_arn            = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
  alarm_topic_arn        = "arn:aws:sns:eu-west-1:111122223333:security"
  data_event_bucket_arns = ["arn:aws:s3:::acme-models"]
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                   = "ML"
    existing_trail_bucket  = "arn:aws:s3:::trail"
    source_account_ids     = ["acme"]
    regions                = ["everywhere"]
    data_event_bucket_arns = ["arn:aws:s3:::*"]
    ledger_prefix          = "cloudtrail/"
    eks_audit_location     = "eks-audit"
    lock_mode              = "OFF"
    retention_days         = 30
    query_limit_gib        = 0
    kms_key_arn            = "alias/audit"
    alarm_topic_arn        = "security"
    tags                   = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.name, var.existing_trail_bucket, var.source_account_ids, var.regions, var.data_event_bucket_arns, var.ledger_prefix, var.eks_audit_location,
    var.lock_mode, var.retention_days, var.query_limit_gib, var.kms_key_arn, var.alarm_topic_arn, var.tags,
  ]
}
