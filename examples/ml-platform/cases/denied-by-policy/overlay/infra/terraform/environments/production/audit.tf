variable "audit_actions" {
  description = "What the auditors' role may do with the models."
  type        = list(string)

  validation {
    condition     = length(var.audit_actions) > 0
    error_message = "audit_actions names at least one action."
  }
}

resource "aws_iam_role" "audit" {
  name = "ml-production-audit"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:role/audit" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "audit" {
  name = "read-models"
  role = aws_iam_role.audit.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.audit_actions
      Resource = ["arn:aws:s3:::acme-ml-production-models"]
    }]
  })
}
