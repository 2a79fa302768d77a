output "arn" {
  description = "ARN of the role: worker_role_arns of ../release-identity, and of the service account's pod identity."
  value       = aws_iam_role.this.arn
}
