output "bucket" {
  description = "Name of the bucket that keeps; Plimsoll's ledger goes here, too."
  value       = local.bucket
}

output "bucket_arn" {
  description = "ARN of the bucket that keeps."
  value       = "arn:${local.partition}:s3:::${local.bucket}"
}

output "access_log_bucket" {
  description = "Name of the bucket for access logs of other buckets."
  # `bucket` and not `id`: known before it is made, so that whoever counts by it can plan.
  value = aws_s3_bucket.access_logs.bucket
  # Whoever logs into it needs the policy to be there.
  depends_on = [aws_s3_bucket_policy.access_logs]
}

output "flow_log_bucket_arn" {
  description = "Bucket that ../network sends flow logs to, below AWSLogs/."
  value       = aws_s3_bucket.access_logs.arn
  depends_on  = [aws_s3_bucket_policy.access_logs]
}

output "trail_arn" {
  description = "ARN of the trail; null where a trail was there."
  value       = one(aws_cloudtrail.this[*].arn)
}

output "workgroup" {
  description = "Athena workgroup that auditors use."
  value       = aws_athena_workgroup.audit.name
}

output "database" {
  description = "Glue database of the tables."
  value       = aws_glue_catalog_database.audit.name
}

output "events_location" {
  description = "Where the worker and `plimsoll export` write (PLIMSOLL_AUDIT_EXPORT); nobody else should."
  value       = local.events_location
}
