output "name" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "arn" {
  description = "ARN of the log group, without a trailing `:*`."
  value       = aws_cloudwatch_log_group.this.arn
}

output "stream_arns" {
  description = "ARN of each stream, by name."
  value       = { for name, stream in aws_cloudwatch_log_stream.this : name => stream.arn }
}
