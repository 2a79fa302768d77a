output "role_arns" {
  description = "ARN of the team's roles: reader and publisher."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "boundary_arn" {
  description = "ARN of the team's permission boundary, for every further role of the team."
  value       = aws_iam_policy.boundary.arn
}

output "access_entries" {
  description = "What ../cluster takes as access_entries: the team looks into its namespaces and changes nothing there."
  value = {
    for name, role in aws_iam_role.this : "${var.team}-${name}" => {
      principal_arn = role.arn
      policy        = var.access.cluster.policy
      namespaces    = var.access.cluster.namespaces
    } if var.access.cluster != null
  }
}
