# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name              = "plimsoll-worker"
  pods              = { cluster_arn = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production", namespace = "plimsoll", service_account = "plimsoll-worker" }
  release_role_arns = ["arn:aws:iam::111122223333:role/plimsoll-production-plan", "arn:aws:iam::111122223333:role/plimsoll-production-apply"]
  store             = { bucket = "acme-plimsoll-store" }
  ledger            = { bucket = "acme-ledger", signing_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
  checkpoint_bucket = "acme-checkpoints"
  model_buckets     = ["acme-ml-production-models"]
  change_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/1a1b2c3d"
  data_key_arns     = ["arn:aws:kms:eu-west-1:111122223333:key/2a1b2c3d"]
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                     = "Plimsoll"
    pods                     = { cluster_arn = "ml-production", namespace = "plimsoll", service_account = "*" }
    release_role_arns        = ["*"]
    store                    = { bucket = "arn:aws:s3:::acme-store" }
    ledger                   = { bucket = "acme-ledger", signing_key_arn = "alias/ledger" }
    checkpoint_bucket        = "*"
    model_buckets            = []
    change_key_arn           = "alias/change"
    data_key_arns            = ["*"]
    audit_trail              = { bucket = "arn:aws:s3:::acme-audit" }
    audit_export             = { bucket = "acme-audit-results", prefix = "events" }
    findings_queue_arn       = "https://sqs.eu-west-1.amazonaws.com/111122223333/plimsoll-findings"
    dead_findings_queue_arn  = "*"
    notice_secret_arns       = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"]
    notice_topic_arns        = ["arn:aws:sns:eu-west-1:111122223333:approvals.fifo"]
    permissions_boundary_arn = "boundary"
    tags                     = { "aws:owner" = "us" }
  }

  expect_failures = [
    var.name, var.pods, var.release_role_arns, var.store, var.ledger, var.checkpoint_bucket, var.model_buckets, var.change_key_arn,
    var.data_key_arns, var.audit_trail, var.audit_export, var.findings_queue_arn, var.dead_findings_queue_arn, var.notice_secret_arns, var.notice_topic_arns,
    var.permissions_boundary_arn, var.tags,
  ]
}
