# Who a release is to AWS. Plimsoll's worker has no rights of its own: it becomes the plan role, which reads, or the
# apply role, which writes, and only under the name of a release (the session's name, and its tag), for a person
# (SourceIdentity), so that every call in CloudTrail says which release it was and on whose word.
#
# Of what a role may do, the session of one release has less: Plimsoll gives each a policy that leaves of the states its
# own alone (activities/terraform/session-policy.ts).
#
# A session made from a session ends after an hour; Plimsoll renews it (docs/architecture.md), so an hour is all that is
# given here. The third role, break-glass, is for the day when Plimsoll is down: people with a second factor, at most an
# hour, and an alarm at the first use (docs/break-glass.md).

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  # A release's id ends with 12 hexadecimal digits. `?` is one character; which environment it is, its tag says.
  release_pattern = "?*-${join("", [for _ in range(12) : "?"])}"

  release_trust = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheWorkerForARelease"
        Effect    = "Allow"
        Principal = { AWS = sort(var.worker_role_arns) }
        Action    = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Condition = {
          StringLike = {
            "sts:RoleSessionName" = local.release_pattern
            "sts:SourceIdentity"  = "?*"
          }
          StringEquals = {
            "aws:RequestTag/environment" = var.environment
            # The tag and the name are one: neither can be lent to another release.
            "aws:RequestTag/release" = "$${sts:RoleSessionName}"
          }
          # No other tags: one that nobody reads today may open something tomorrow.
          "ForAllValues:StringEquals" = { "aws:TagKeys" = ["release", "environment", "team"] }
        }
      },
    ]
  }

  state_objects = "arn:${local.partition}:s3:::${var.state.bucket}/${var.state.key}"

  read_state = [
    {
      Sid      = "ReadState"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [local.state_objects]
    },
    {
      Sid      = "FindState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["arn:${local.partition}:s3:::${var.state.bucket}"]
      # Terraform looks for workspaces under a prefix of its own whenever it begins, and ends where it may not.
      Condition = { StringLike = { "s3:prefix" = ["${var.state.key}*", "env:/*"] } }
    },
    {
      Sid      = "StateKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [var.state.kms_key_arn]
    },
  ]

  # Terraform deletes its own lock, and nothing else of the bucket.
  write_state = concat([
    {
      Sid      = "WriteState"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = [local.state_objects]
    },
    {
      Sid      = "LockFile"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["${local.state_objects}.tflock"]
    },
    ], [for table in compact([var.state.lock_table_arn]) : {
      Sid      = "LockTable"
      Effect   = "Allow"
      Action   = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = [table]
  }])

  secrets = [for arns in [sort(var.secret_arns)] : {
    Sid      = "SecretVariables"
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue"]
    Resource = arns
  } if length(arns) > 0]

  # What not even a release does, whatever is attached: hide its tracks, or widen its own rights.
  never = [
    {
      Sid    = "NeverHideTracks"
      Effect = "Deny"
      Action = [
        "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
        "guardduty:DeleteDetector", "guardduty:DisassociateFromAdministratorAccount", "guardduty:UpdateDetector",
        "kms:DisableKey", "kms:ScheduleKeyDeletion",
        "s3:BypassGovernanceRetention", "s3:PutObjectLegalHold", "s3:PutObjectRetention",
      ]
      Resource = "*"
    },
    {
      Sid      = "NeverWidenItself"
      Effect   = "Deny"
      Action   = ["iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]
      Resource = [for role in ["plan", "apply", "break-glass"] : "arn:${local.partition}:iam::${local.account}:role/${var.name}-${role}"]
    },
  ]

  # A role without the boundary could be given everything: whoever makes one must set it.
  boundary_rule = [for boundary in compact([var.permissions_boundary_arn]) : {
    Sid       = "NewRolesEndAtTheBoundary"
    Effect    = "Deny"
    Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
    Resource  = "*"
    Condition = { StringNotEquals = { "iam:PermissionsBoundary" = boundary } }
  }]
}

################################################################################
# Plan: reads
################################################################################

resource "aws_iam_role" "plan" {
  name                 = "${var.name}-plan"
  description          = "Plimsoll plans for ${var.environment}; reads only"
  assume_role_policy   = jsonencode(local.release_trust)
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600
  tags                 = var.tags
}

# AWS's own list of what reads settings and no data. ReadOnlyAccess would read every object and every parameter, too.
resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.plan.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/SecurityAudit"
}

resource "aws_iam_role_policy" "plan" {
  name   = "plan"
  role   = aws_iam_role.plan.id
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.read_state, local.secrets, local.never) })
}

################################################################################
# Apply: writes, within what is attached
################################################################################

resource "aws_iam_role" "apply" {
  name                 = "${var.name}-apply"
  description          = "Plimsoll applies what was approved for ${var.environment}"
  assume_role_policy   = jsonencode(local.release_trust)
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy" "apply" {
  name = "apply"
  role = aws_iam_role.apply.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.read_state, local.write_state, local.secrets, local.never, local.boundary_rule)
  })
}

# What releases of this environment may change. They read what plans read.
resource "aws_iam_role_policy_attachment" "apply" {
  for_each   = merge({ "reads-settings" = "arn:${local.partition}:iam::aws:policy/SecurityAudit" }, var.apply_policy_arns)
  role       = aws_iam_role.apply.name
  policy_arn = each.value
}

################################################################################
# Break-glass: people, when Plimsoll is down
################################################################################

resource "aws_iam_role" "break_glass" {
  count                = length(var.break_glass_principal_arns) > 0 ? 1 : 0
  name                 = "${var.name}-break-glass"
  description          = "For days when Plimsoll is down; every use raises an alarm"
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "NamedPeopleWithASecondFactor"
      Effect    = "Allow"
      Principal = { AWS = sort(var.break_glass_principal_arns) }
      Action    = ["sts:AssumeRole", "sts:SetSourceIdentity"]
      Condition = {
        # Users sign in with a device that AWS itself sees; `Bool` refuses where the key is absent.
        Bool            = { "aws:MultiFactorAuthPresent" = "true" }
        NumericLessThan = { "aws:MultiFactorAuthAge" = "900" }
        StringLike      = { "sts:SourceIdentity" = "?*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "break_glass" {
  count = length(aws_iam_role.break_glass)
  name  = "break-glass"
  role  = aws_iam_role.break_glass[0].id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.read_state, local.write_state, local.never, local.boundary_rule)
  })
}

resource "aws_iam_role_policy_attachment" "break_glass" {
  for_each   = length(aws_iam_role.break_glass) == 0 ? {} : merge({ "reads-settings" = "arn:${local.partition}:iam::aws:policy/SecurityAudit" }, var.apply_policy_arns)
  role       = aws_iam_role.break_glass[0].name
  policy_arn = each.value
}

# CloudTrail tells EventBridge within minutes. Attempts that were refused are told, too: somebody is at the glass.
resource "aws_cloudwatch_event_rule" "break_glass" {
  count       = length(aws_iam_role.break_glass)
  name        = "${var.name}-break-glass-used"
  description = "Somebody took the break-glass role of ${var.environment}, or tried to"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.sts"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource       = ["sts.amazonaws.com"]
      eventName         = ["AssumeRole"]
      requestParameters = { roleArn = [aws_iam_role.break_glass[0].arn] }
    }
  })
}

resource "aws_cloudwatch_event_target" "break_glass" {
  count     = length(aws_iam_role.break_glass)
  rule      = aws_cloudwatch_event_rule.break_glass[0].name
  target_id = "security"
  arn       = var.alarm_topic_arn
}
