output "plan_role_arn" {
  description = "`planRole` of the environment in the catalog."
  value       = aws_iam_role.plan.arn
}

output "apply_role_arn" {
  description = "`applyRole` of the environment in the catalog."
  value       = aws_iam_role.apply.arn
}

output "break_glass_role_arn" {
  description = "The role for days when Plimsoll is down; null where nobody is named."
  value       = one(aws_iam_role.break_glass[*].arn)
}
