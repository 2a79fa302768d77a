output "detector_id" {
  description = "Id of the detector, made here or given."
  value       = local.detector_id
}

output "queue_url" {
  description = "The queue that Plimsoll's worker reads."
  value       = aws_sqs_queue.findings.id
}

output "queue_arn" {
  description = "ARN of the queue, for the worker's policy."
  value       = aws_sqs_queue.findings.arn
}

output "dead_queue_arn" {
  description = "ARN of the queue of what told nobody, for the worker's policy."
  value       = aws_sqs_queue.dead.arn
}

output "topic_arn" {
  description = "ARN of the topic that people hear from; other modules' alarms go there as well."
  value       = aws_sns_topic.security.arn
}
