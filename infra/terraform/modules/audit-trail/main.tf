# Who did what, kept so that nobody can say otherwise: CloudTrail of every region with data events, in a bucket whose
# objects cannot be changed or deleted before their time, and a way to ask it questions (athena.tf).
#
# May live in an account of its own: then the other accounts' trails deliver into the bucket (`source_account_ids`).
# S3 does not deliver access logs into a bucket with Object Lock defaults, so these have another one.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  accounts  = sort(setunion([local.account], var.source_account_ids))
  make      = var.existing_trail_bucket == null
  bucket    = local.make ? aws_s3_bucket.audit[0].bucket : var.existing_trail_bucket
}

################################################################################
# The bucket that keeps
################################################################################

resource "aws_s3_bucket" "audit" {
  #checkov:skip=CKV_AWS_144:A second region is the decision of whoever calls this module
  #checkov:skip=CKV2_AWS_61:What is kept for an audit expires by its lock, never by a rule that somebody can edit
  #checkov:skip=CKV2_AWS_62:Nothing waits for an event of this bucket
  count               = local.make ? 1 : 0
  bucket              = "${var.name}-audit"
  object_lock_enabled = true
  force_destroy       = false
  tags                = var.tags
}

resource "aws_s3_bucket_versioning" "audit" {
  count  = local.make ? 1 : 0
  bucket = aws_s3_bucket.audit[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  count  = local.make ? 1 : 0
  bucket = aws_s3_bucket.audit[0].id

  rule {
    default_retention {
      # COMPLIANCE: not even root shortens it. GOVERNANCE is for trying this out, see the variable.
      mode = var.lock_mode
      days = var.retention_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.audit]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "audit" {
  count  = local.make ? 1 : 0
  bucket = aws_s3_bucket.audit[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "audit" {
  count                   = local.make ? 1 : 0
  bucket                  = aws_s3_bucket.audit[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "audit" {
  count  = local.make ? 1 : 0
  bucket = aws_s3_bucket.audit[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "audit" {
  count  = local.make ? 1 : 0
  bucket = aws_s3_bucket.audit[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.audit[0].arn, "${aws_s3_bucket.audit[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # The lock keeps versions; this keeps delete markers from hiding them, and the lock from being taken off.
        Sid       = "NobodyDeletes"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion",
          "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration",
        ]
        Resource = [aws_s3_bucket.audit[0].arn, "${aws_s3_bucket.audit[0].arn}/*"]
      },
      {
        # A record of the ledger is written once. Without the header a second writer would only add a version, and a
        # reader who takes the newest would be lied to. CloudTrail writes names of its own that never come twice.
        Sid       = "LedgerRecordsAreWrittenOnce"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.audit[0].arn}/${var.ledger_prefix}*"
        Condition = { Null = { "s3:if-none-match" = "true" } }
      },
      {
        Sid       = "TrailsMayLook"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.audit[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.accounts } }
      },
      {
        Sid       = "TrailsDeliver"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = [for account in local.accounts : "${aws_s3_bucket.audit[0].arn}/cloudtrail/AWSLogs/${account}/*"]
        Condition = { StringEquals = { "aws:SourceAccount" = local.accounts, "s3:x-amz-acl" = "bucket-owner-full-control" } }
      },
    ]
  })

  # S3 answers a conflict when two of these are written to one bucket at the same moment; and once the policy is there,
  # nobody turns versions or the lock on any more.
  depends_on = [aws_s3_bucket_public_access_block.audit, aws_s3_bucket_versioning.audit, aws_s3_bucket_object_lock_configuration.audit]
}

resource "aws_s3_bucket_logging" "audit" {
  count         = local.make ? 1 : 0
  bucket        = aws_s3_bucket.audit[0].id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "${var.name}-audit/"
  # S3 wants to write at once, and needs leave first; an object in a bucket also forbids to turn its lock on.
  depends_on = [aws_s3_bucket_policy.access_logs, aws_s3_bucket_object_lock_configuration.audit]
}

################################################################################
# Trail
################################################################################

# EventBridge has the same events minutes before CloudWatch would.
#tfsec:ignore:aws-cloudtrail-ensure-cloudwatch-integration
resource "aws_cloudtrail" "this" {
  #checkov:skip=CKV_AWS_252:Its deliveries are not news; changes of the trail are, and have rules below
  #checkov:skip=CKV2_AWS_10:Alarms come from EventBridge, which has the same events minutes earlier
  count                         = local.make ? 1 : 0
  name                          = var.name
  s3_bucket_name                = aws_s3_bucket.audit[0].id
  s3_key_prefix                 = "cloudtrail"
  is_multi_region_trail         = true
  is_organization_trail         = false
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = var.kms_key_arn
  tags                          = var.tags

  advanced_event_selector {
    name = "Everything that manages"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  # Objects are data events, and off by default: without this nobody knows who read a model.
  dynamic "advanced_event_selector" {
    for_each = length(var.data_event_bucket_arns) > 0 ? [1] : []
    content {
      name = "Objects of models and of the ledger"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }

      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }

      field_selector {
        field       = "resources.ARN"
        starts_with = [for arn in sort(var.data_event_bucket_arns) : "${arn}/"]
      }
    }
  }

  depends_on = [aws_s3_bucket_policy.audit]
}

# Whoever turns the light off is seen doing it.
resource "aws_cloudwatch_event_rule" "tampering" {
  name        = "${var.name}-tampering"
  description = "Somebody changed what records: the trail, the detector, a lock, a key or the policy of the audit bucket"
  tags        = var.tags

  event_pattern = jsonencode({
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventName = [
        "DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail",
        "DeleteDetector", "UpdateDetector", "DisassociateFromAdministratorAccount",
        "DisableKey", "ScheduleKeyDeletion",
        "DeleteBucketPolicy", "PutBucketObjectLockConfiguration", "PutBucketVersioning",
      ]
    }
  })
}

resource "aws_cloudwatch_event_target" "tampering" {
  rule      = aws_cloudwatch_event_rule.tampering.name
  target_id = "security"
  arn       = var.alarm_topic_arn
}
