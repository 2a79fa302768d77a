# One CloudWatch log group that is kept for at least a year and encrypted with a key of ours.
# The key's policy must admit CloudWatch Logs for this group's name (`log_groups` of ../encryption-key).

resource "aws_cloudwatch_log_group" "this" {
  name              = var.name
  retention_in_days = var.retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

# Made here and not by their writers, so that a writer needs leave for one stream and not for a pattern of streams.
# Several writers may share one: CloudWatch has asked for no sequence tokens since 2023.
resource "aws_cloudwatch_log_stream" "this" {
  for_each = toset(var.streams)

  log_group_name = aws_cloudwatch_log_group.this.name
  name           = each.key
}
