output "role_arns" {
  description = "ARN of the role by job: training and batch."
  value       = { for name, role in module.role : name => role.arn }
}

output "log_group" {
  description = "Log group of both."
  value       = module.logs.name
}
