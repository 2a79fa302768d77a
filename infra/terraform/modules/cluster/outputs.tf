output "name" {
  description = "Name of the cluster, made here or given."
  value       = local.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = local.make ? aws_eks_cluster.this[0].arn : data.aws_eks_cluster.existing[0].arn
}

output "oidc_issuer" {
  description = "Issuer of the tokens of its service accounts; null where the cluster has none."
  value       = local.make ? aws_eks_cluster.this[0].identity[0].oidc[0].issuer : try(data.aws_eks_cluster.existing[0].identity[0].oidc[0].issuer, null)
}

output "log_group" {
  description = "Log group of the control plane; null for a cluster that was there."
  value       = local.make ? module.logs[0].name : null
}
