output "model_store" {
  description = "Name of the bucket that models are published to."
  value       = module.model_store.name
}

output "image_registry" {
  description = "Address that images are pushed to."
  value       = module.image_registry.url
}

output "pipeline_role" {
  description = "ARN of the role that training runs as."
  value       = module.pipeline_role.arn
}

output "replicas_max" {
  description = "Largest number of pods the service may run."
  value       = var.replicas_max
}
