# "Only for a week, the customer needs a link."
resource "aws_s3_bucket" "reports" {
  bucket = "acme-ml-production-reports"
}

resource "aws_s3_bucket_ownership_controls" "reports" {
  bucket = aws_s3_bucket.reports.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket = aws_s3_bucket.reports.id

  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_acl" "reports" {
  bucket = aws_s3_bucket.reports.id
  acl    = "public-read"

  depends_on = [aws_s3_bucket_ownership_controls.reports, aws_s3_bucket_public_access_block.reports]
}
