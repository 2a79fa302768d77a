output "role_arns" {
  description = "ARN of the role by job: `role-to-assume` of GitHub's action, AWS_ROLE_ARN in Jenkins."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "github_subjects" {
  description = "Subjects each GitHub job is trusted by, the old form and the immutable one: what to compare a refused token with."
  value       = local.github_subjects
}

output "github_provider_arn" {
  description = "ARN of GitHub's OIDC provider, made here or given; null without GitHub jobs."
  value       = length(var.github) > 0 ? local.github_arn : null
}
