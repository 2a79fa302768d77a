output "platform" {
  description = "What the catalog and the teams need of it."
  value       = module.platform
}
