output "name" {
  description = "Name of the repository."
  value       = aws_ecr_repository.this.name
}

output "url" {
  description = "Address to push to, without tag or digest."
  value       = aws_ecr_repository.this.repository_url
}

output "arn" {
  description = "ARN of the repository, for policies."
  value       = aws_ecr_repository.this.arn
}
