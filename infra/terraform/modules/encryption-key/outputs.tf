output "arn" {
  description = "ARN of the key, for policies and for whatever it encrypts."
  value       = aws_kms_key.this.arn
}

output "id" {
  description = "Id of the key."
  value       = aws_kms_key.this.key_id
}

output "alias" {
  description = "Alias of the key, with `alias/`."
  value       = aws_kms_alias.this.name
}
