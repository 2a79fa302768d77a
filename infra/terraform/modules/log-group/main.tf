# One CloudWatch log group that is kept for at least a year and encrypted with a key of ours.
# The key's policy must admit CloudWatch Logs for this group's name (`log_groups` of ../encryption-key).

resource "aws_cloudwatch_log_group" "this" {
  name              = var.name
  retention_in_days = var.retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
