# What one team may do in AWS by itself: read its models, publish its models, look into its namespaces, as the data says that
# the policies judge by (`npm run access`): what is given here and refused there cannot be written down. Changing what
# runs is no team's business but a release's. Everything is cut to the team by the prefix of its objects and by a tag of
# the session, and every role ends at the permission boundary, which also says what nobody here may ever do.

data "aws_partition" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  path       = "/teams/${var.team}/"
  bucket_arn = "arn:${local.partition}:s3:::${var.bucket}"
  # Of what the policies give the team, the part in this bucket; its other buckets are for whoever makes those.
  objects  = sort([for arn in flatten([for statement in var.access.Statement : statement.Resource]) : arn if startswith(arn, "${local.bucket_arn}/")])
  prefixes = [for arn in local.objects : trimprefix(arn, "${local.bucket_arn}/")]

  # People who come through federation had their second factor at the provider; AWS cannot see it, and a condition on
  # it here would let nobody in, or everybody.
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheTeamOnly"
      Effect    = "Allow"
      Principal = { AWS = sort(var.trusted_role_arns) }
      Action    = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
      Condition = {
        StringEquals = { "aws:PrincipalTag/team" = var.team }
        # Who it was stays in CloudTrail, however many roles lie between.
        StringLike = { "sts:SourceIdentity" = "*" }
      }
    }]
  })

  read = [
    {
      Sid       = "FindOwnModels"
      Effect    = "Allow"
      Action    = ["s3:ListBucket", "s3:ListBucketVersions"]
      Resource  = [local.bucket_arn]
      Condition = { StringLike = { "s3:prefix" = local.prefixes } }
    },
    {
      Sid      = "ReadOwnModels"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = local.objects
    },
    {
      Sid      = "UseTheKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [var.kms_key_arn]
    },
    {
      Sid      = "SeeTheCluster"
      Effect   = "Allow"
      Action   = ["eks:DescribeCluster"]
      Resource = [var.cluster_arn]
    },
  ]

  # No delete and no overwrite: a put into a versioned bucket adds a version.
  publish = [{
    Sid      = "PublishOwnModels"
    Effect   = "Allow"
    Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    Resource = local.objects
  }]
}

################################################################################
# The boundary: what no policy of the team can give
################################################################################

resource "aws_iam_policy" "boundary" {
  name        = "${var.team}-boundary"
  path        = local.path
  description = "No role of team ${var.team} exceeds this"
  tags        = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AtMost"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
          "eks:DescribeCluster",
          "kms:Decrypt", "kms:GenerateDataKey",
          "logs:PutLogEvents", "logs:StartQuery",
          "s3:AbortMultipartUpload", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutObject",
        ]
        Resource = concat([local.bucket_arn, var.cluster_arn, var.kms_key_arn], local.objects, sort(var.boundary_extra_resource_arns))
      },
      {
        # Said although nothing above allows it: a later line of AtMost must not open it by accident.
        Sid    = "Never"
        Effect = "Deny"
        Action = [
          "iam:*", "organizations:*", "account:*",
          "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
          "guardduty:Delete*", "guardduty:Disassociate*", "guardduty:Update*",
          "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion",
          "s3:BypassGovernanceRetention", "s3:DeleteBucket*", "s3:DeleteObject*", "s3:PutBucket*", "s3:PutObjectRetention",
        ]
        Resource = "*"
      },
    ]
  })
}

################################################################################
# Roles
################################################################################

resource "aws_iam_role" "this" {
  for_each             = { reader = "reads the models of ${var.team}", publisher = "publishes the models of ${var.team}" }
  name                 = "${var.team}-${each.key}"
  path                 = local.path
  description          = "Team ${var.team}: ${each.value}"
  assume_role_policy   = local.trust
  permissions_boundary = aws_iam_policy.boundary.arn
  max_session_duration = 3600
  tags                 = merge(var.tags, { team = var.team })
}

resource "aws_iam_role_policy" "this" {
  for_each = { reader = local.read, publisher = concat(local.read, local.publish) }
  name     = each.key
  role     = aws_iam_role.this[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
