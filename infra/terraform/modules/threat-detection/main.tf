# GuardDuty, and what comes of its findings: those from `minimum_severity` on go to a queue, where Plimsoll rolls back
# the release they are about, and to people. Both get all of them; whether a release is concerned is not decided here.
#
# A region has one detector. A company that has one, perhaps of its organisation's administrator, gives it in
# `existing_detector_id`: a second one fails. Nothing of it is changed then.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  make        = var.existing_detector_id == null
  detector_id = local.make ? aws_guardduty_detector.this[0].id : var.existing_detector_id
  account     = data.aws_caller_identity.current.account_id
  rule_arn    = "arn:${data.aws_partition.current.partition}:events:${data.aws_region.current.name}:${local.account}:rule/${var.name}-findings"
}

################################################################################
# Detector
################################################################################

resource "aws_guardduty_detector" "this" {
  #checkov:skip=CKV2_AWS_3:That new accounts get one is set in the account that administers the organisation, not in this one
  count  = local.make ? 1 : 0
  enable = true
  # A finding that goes on is told again every 15 minutes: a release that is rolled back late is rolled back.
  finding_publishing_frequency = "FIFTEEN_MINUTES"
  tags                         = var.tags
}

resource "aws_guardduty_detector_feature" "this" {
  for_each    = local.make ? toset(["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION"]) : toset([])
  detector_id = local.detector_id
  name        = each.key
  status      = "ENABLED"
}

# What a process in a pod does, seen by an agent that GuardDuty itself installs.
resource "aws_guardduty_detector_feature" "runtime" {
  count       = local.make ? 1 : 0
  detector_id = local.detector_id
  name        = "RUNTIME_MONITORING"
  status      = "ENABLED"

  additional_configuration {
    name   = "EKS_ADDON_MANAGEMENT"
    status = "ENABLED"
  }
}

################################################################################
# Findings
################################################################################

resource "aws_cloudwatch_event_rule" "findings" {
  name        = "${var.name}-findings"
  description = "GuardDuty findings of severity ${var.minimum_severity} and above"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.guardduty"]
    detail-type = ["GuardDuty Finding"]
    detail      = { severity = [{ numeric = [">=", var.minimum_severity] }] }
  })
}

resource "aws_cloudwatch_event_target" "queue" {
  rule      = aws_cloudwatch_event_rule.findings.name
  target_id = "releases"
  arn       = aws_sqs_queue.findings.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }

  # A day: a queue that is gone for longer is an incident of its own.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_cloudwatch_event_target" "people" {
  rule      = aws_cloudwatch_event_rule.findings.name
  target_id = "security"
  arn       = aws_sns_topic.security.arn
}

resource "aws_sqs_queue" "findings" {
  name                              = "${var.name}-findings"
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = 1209600 # Two weeks, the most there is.
  receive_wait_time_seconds         = 20
  visibility_timeout_seconds        = 60 # Starting a rollback takes a second; a minute covers a slow Temporal.
  tags                              = var.tags
}

# Redrive and policies are resources of their own: the two queues settle side by side.
resource "aws_sqs_queue_redrive_policy" "findings" {
  queue_url = aws_sqs_queue.findings.id
  # Five times a minute: longer than an outage of Temporal that anybody would wait out.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue" "dead" {
  name                              = "${var.name}-findings-dead"
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = 1209600
  tags                              = var.tags
}

resource "aws_sqs_queue_policy" "this" {
  for_each  = { findings = aws_sqs_queue.findings, dead = aws_sqs_queue.dead }
  queue_url = each.value.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FindingsOfThisRule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = each.value.arn
      Condition = { ArnEquals = { "aws:SourceArn" = local.rule_arn } }
    }]
  })
}

resource "aws_sns_topic" "security" {
  name              = "${var.name}-security"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "security" {
  arn = aws_sns_topic.security.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Rules of break-glass and of the audit trail come here as well. EventBridge passes no account to a topic's policy:
        # with a condition on it nothing would ever arrive.
        Sid       = "Rules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.security.arn
      },
      {
        Sid       = "AlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.security.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "people" {
  for_each  = var.security_emails
  topic_arn = aws_sns_topic.security.arn
  protocol  = "email"
  endpoint  = each.key
}

################################################################################
# When findings do not arrive
################################################################################

resource "aws_cloudwatch_metric_alarm" "dead" {
  alarm_name          = "${var.name}-findings-dead"
  alarm_description   = "A GuardDuty finding reached nobody: see the dead-letter queue ${aws_sqs_queue.dead.name}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # An empty queue has no points.
  alarm_actions       = [aws_sns_topic.security.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "old" {
  alarm_name          = "${var.name}-findings-unread"
  alarm_description   = "A GuardDuty finding has waited for ten minutes: does Plimsoll read ${aws_sqs_queue.findings.name}?"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.findings.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 600
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.security.arn]
  tags                = var.tags
}
