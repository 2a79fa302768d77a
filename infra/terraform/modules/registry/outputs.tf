output "urls" {
  description = "Address that images are pushed to, by repository."
  value       = { for name, repository in module.repository : name => repository.url }
}

output "arns" {
  description = "ARN by repository, for policies."
  value       = { for name, repository in module.repository : name => repository.arn }
}
