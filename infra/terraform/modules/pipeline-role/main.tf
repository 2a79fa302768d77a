# The role a training pipeline runs as. It may read and publish models under one prefix of one bucket, write to
# one log stream and use one key; nothing else.
#
# It cannot delete or overwrite what was published: there is no delete action, and a put into a versioned bucket
# adds a version. Releasing a model is not its business either, that is Plimsoll's.

data "aws_caller_identity" "current" {}

locals {
  # Built from the name, so that a reader, and a scanner before the bucket exists, can see that it is one bucket.
  bucket_arn = "arn:${var.partition}:s3:::${var.bucket}"

  # EKS Pod Identity tags the sessions it hands out and fails without this.
  trust_actions = var.trusted_service == "pods.eks.amazonaws.com" ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Training pipeline: publishes models under ${var.model_prefix}"
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = var.max_session_hours * 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = var.trusted_service }
      Action    = local.trust_actions
      # Without it the service could be talked into assuming the role for another account's pipeline.
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "publish-models"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "FindModels"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [local.bucket_arn]
        Condition = { StringLike = { "s3:prefix" = ["${var.model_prefix}*"] } }
      },
      {
        Sid      = "ReadAndPublishModels"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = ["${local.bucket_arn}/${var.model_prefix}*"]
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:PutLogEvents"]
        Resource = [var.log_stream_arn]
      },
      {
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [var.kms_key_arn]
      },
    ]
  })
}
