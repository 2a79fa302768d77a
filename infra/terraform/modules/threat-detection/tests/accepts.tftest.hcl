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

  mock_resource "aws_sqs_queue" {
    defaults        = { arn = "arn:aws:sqs:eu-west-1:111122223333:queue", id = "https://sqs.eu-west-1.amazonaws.com/111122223333/queue" }
    override_during = plan
  }

  mock_resource "aws_sns_topic" {
    defaults        = { arn = "arn:aws:sns:eu-west-1:111122223333:topic" }
    override_during = plan
  }
}


variables {
  name        = "ml-production"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "medium_findings_and_worse_reach_the_queue_and_people" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.findings.event_pattern).detail.severity == [{ numeric = [">=", 4] }]
    error_message = "From severity 4 on."
  }

  assert {
    condition     = aws_cloudwatch_event_target.queue.dead_letter_config[0].arn != null && jsondecode(aws_sqs_queue_redrive_policy.findings.redrive_policy).maxReceiveCount == 5
    error_message = "What does not arrive must be kept."
  }

  assert {
    condition     = alltrue([for policy in aws_sqs_queue_policy.this : jsondecode(policy.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:events:eu-west-1:111122223333:rule/ml-production-findings"])
    error_message = "Only this rule may send."
  }
}

run "everything_that_protects_is_on" {
  command = plan

  assert {
    condition     = alltrue([for feature in aws_guardduty_detector_feature.this : feature.status == "ENABLED"]) && length(aws_guardduty_detector_feature.this) == 3 && aws_guardduty_detector_feature.runtime[0].status == "ENABLED"
    error_message = "S3, EKS audit, malware and runtime protection must be on."
  }
}

run "a_detector_that_is_there_stays_as_it_is" {
  command = plan

  variables {
    existing_detector_id = "0123456789abcdef0123456789abcdef"
    security_emails      = ["security@example.com"]
  }

  assert {
    condition     = length(aws_guardduty_detector.this) == 0 && length(aws_guardduty_detector_feature.this) == 0 && output.detector_id == var.existing_detector_id && length(aws_sns_topic_subscription.people) == 1
    error_message = "Nothing of it may be changed."
  }
}
