data "aws_region" "current" {}

output "bucket" {
  description = "Name of the bucket of states."
  value       = module.states.name
}

output "lock_table" {
  description = "Name of the table of locks; null where there is none."
  value       = one(aws_dynamodb_table.locks[*].name)
}

output "kms_key_arn" {
  description = "ARN of the key of the states, which plan and apply roles need."
  value       = module.key.arn
}

output "backend" {
  description = "The backend block of this state: `terraform output -raw backend > backend.tf`, then `terraform init -migrate-state`."
  value       = <<-EOT
    terraform {
      backend "s3" {
        bucket       = "${module.states.name}"
        key          = "bootstrap.tfstate"
        region       = "${data.aws_region.current.name}"
        encrypt      = true
        kms_key_id   = "${module.key.arn}"
        use_lockfile = true
      }
    }
  EOT
}
