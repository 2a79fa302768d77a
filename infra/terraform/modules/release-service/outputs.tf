output "role_arn" {
  description = "ARN of the role that the service's pods have."
  value       = aws_iam_role.this.arn
}

output "repository_url" {
  description = "Address that its images are pushed to."
  value       = module.repository.url
}

output "repository_arn" {
  description = "ARN of the repository, for ../ci-identity."
  value       = module.repository.arn
}

output "log_group" {
  description = "Its log group."
  value       = module.logs.name
}
