output "model_store" {
  description = "Name of the bucket that models are published to."
  value       = module.model_store.name
}

output "plan_role" {
  description = "`planRole` of the catalog's environment."
  value       = module.release_identity.plan_role_arn
}

output "apply_role" {
  description = "`applyRole` of the catalog's environment."
  value       = module.release_identity.apply_role_arn
}

output "cluster" {
  description = "Name of the cluster."
  value       = module.cluster.name
}

output "findings_queue" {
  description = "The queue of findings that Plimsoll's worker reads."
  value       = module.threat_detection.queue_url
}

output "security_topic" {
  description = "ARN of the topic that people hear from."
  value       = module.threat_detection.topic_arn
}

output "ledger_bucket" {
  description = "Name of the bucket that keeps the ledger and the trail."
  value       = module.audit_trail.bucket
}

output "build_roles" {
  description = "ARN of the role by job that builds."
  value       = module.ci_identity.role_arns
}

output "services" {
  description = "What each service got: role of its pods, address of its images."
  value       = { for name, service in module.release_service : name => { role = service.role_arn, images = service.repository_url } }
}

output "auditors" {
  description = "Workgroup and database that auditors ask."
  value       = { workgroup = module.audit_trail.workgroup, database = module.audit_trail.database }
}

output "plimsoll" {
  description = "Values of Plimsoll's chart that only an account knows: `--values` of it; null where it is somewhere else."
  value = one([for plimsoll in local.installations : {
    aws           = { region = var.region }
    store         = { bucket = local.store_bucket, key = module.store_key[0].arn }
    changeKey     = aws_kms_key.special["change"].arn
    ledger        = { bucket = module.audit_trail.bucket, key = aws_kms_key.special["ledger"].arn, checkpointBucket = plimsoll.checkpoint_bucket }
    findings      = { queue = module.threat_detection.queue_url }
    audit         = { trail = "s3://${module.audit_trail.bucket}/cloudtrail/" }
    networkPolicy = { podIdentity = true }
  }])
}
