# One symmetric KMS key with yearly rotation, and the alias people know it by.
#
# The key policy leaves the decision to IAM (the account statement) and lets CloudWatch Logs in only for named
# log groups: a service principal without a condition would let any account's log group use the key.
# No `prevent_destroy`: it falls silent as soon as the block is removed, which is how keys are lost. The waiting
# period below and the release policy, which denies the deletion of keys, do not.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  account_statement = {
    Sid       = "IamDecidesWithinTheAccount"
    Effect    = "Allow"
    Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
    Action    = "kms:*"
    Resource  = "*" # In a key policy this is the key itself.
  }

  logs_statement = {
    Sid       = "LogGroupsOfThisAccount"
    Effect    = "Allow"
    Principal = { Service = "logs.${local.region}.amazonaws.com" }
    Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    Resource  = "*"
    Condition = {
      ArnLike = {
        "kms:EncryptionContext:aws:logs:arn" = [
          for name in var.log_groups : "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${name}"
        ]
      }
    }
  }
}

locals {
  # EventBridge passes no account when it writes to an encrypted topic or queue: it gets a statement without condition.
  service_statements = [
    for service in sort(var.services) : merge(
      {
        Sid       = "Service${join("", [for part in split("-", split(".", service)[0]) : title(part)])}"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
      { for key, value in { Condition = { StringEquals = { "aws:SourceAccount" = local.account } } } : key => value if service != "events.amazonaws.com" },
    )
  ]
}

locals {
  auto_scaling = "arn:${local.partition}:iam::${local.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

  # A service-linked role has no policy that anybody could add to: the key itself has to let it in.
  disk_statements = [
    for statement in [
      {
        Sid    = "DisksOfNodes"
        Action = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      },
      {
        Sid       = "DisksOfNodesAttach"
        Action    = ["kms:CreateGrant"]
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ] : merge(statement, { Effect = "Allow", Principal = { AWS = local.auto_scaling }, Resource = "*" }) if var.node_disks
  ]
}

resource "aws_kms_key" "this" {
  description             = var.description
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    # `concat` of tuples, because the two statements have different shapes.
    Statement = concat([local.account_statement], [for statement in [local.logs_statement] : statement if length(var.log_groups) > 0], local.service_statements, local.disk_statements)
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
