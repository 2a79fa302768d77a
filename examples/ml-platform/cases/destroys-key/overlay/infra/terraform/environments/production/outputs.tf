output "model_store" {
  description = "Name of the bucket that models are published to."
  value       = module.ml_platform.model_store
}

output "image_registry" {
  description = "Address that images are pushed to."
  value       = module.ml_platform.image_registry
}

output "pipeline_role" {
  description = "ARN of the role that training runs as."
  value       = module.ml_platform.pipeline_role
}

output "replicas_max" {
  description = "Largest number of pods the service may run."
  value       = module.ml_platform.replicas_max
}
