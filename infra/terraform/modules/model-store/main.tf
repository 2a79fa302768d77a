# The bucket that model artifacts are published to: every version kept, encrypted with a key of ours, private.
#
# Nothing here expires objects. A release names its artifact by version id and a way back fetches it again,
# perhaps a year later; deciding that a model will never be needed again is not a bucket's business.

# Access is recorded by CloudTrail data events; a log bucket is optional (access_log_bucket), which tfsec does not follow.
#tfsec:ignore:aws-s3-enable-bucket-logging
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV2_AWS_61:Versions are kept on purpose, see above
  #checkov:skip=CKV2_AWS_62:Releases read artifacts by version id; nothing waits for an event of this bucket
  #checkov:skip=CKV_AWS_144:A second region is the decision of whoever calls this module
  #checkov:skip=CKV_AWS_18:Access is recorded by CloudTrail data events; a log bucket is optional (access_log_bucket)
  bucket        = var.name
  force_destroy = false
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # One data key per bucket and hour instead of one call of KMS per object.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "this" {
  count  = var.require_tls ? 1 : 0
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 answers a conflict when both of these are written to one bucket at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.access_log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.access_log_bucket
  target_prefix = "${var.name}/"
}
