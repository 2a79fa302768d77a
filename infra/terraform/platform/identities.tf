# Who may do what: teams, builds, releases. Nobody has keys; every role says who may take it, and as whom.

locals {
  # Known before the cluster is: the roles that its access entries name would wait for it otherwise, and it for them.
  cluster_arn = "arn:aws:eks:${var.region}:${data.aws_caller_identity.current.account_id}:cluster/${coalesce(var.existing.cluster_name, local.name)}"

  # Log streams of its services, which the boundary lets roles of the team write to.
  team_streams = {
    for team, services in local.teams : team => flatten([for service in services : [
      for group in ["/ml/${var.environment}/${service}", "/ml/${local.name}-${service}"] :
      "arn:aws:logs:${var.region}:${data.aws_caller_identity.current.account_id}:log-group:${group}:log-stream:*"
    ]])
  }
}

module "team_access" {
  source   = "../modules/team-access"
  for_each = local.teams

  team                         = each.key
  access                       = var.access[each.key]
  bucket                       = module.model_store.name
  kms_key_arn                  = module.encryption_key.arn
  cluster_arn                  = local.cluster_arn
  trusted_role_arns            = var.people_role_arns
  boundary_extra_resource_arns = local.team_streams[each.key]
  tags                         = local.tags
}

module "ci_identity" {
  source = "../modules/ci-identity"

  name                         = "${local.name}-ci"
  existing_github_provider_arn = var.existing.github_provider_arn
  jenkins_issuer               = var.jenkins_issuer
  tags                         = local.tags

  github = {
    for name, service in local.services : name => merge(service.github, {
      environment          = var.environment
      push_repository_arns = [module.release_service[name].repository_arn]
    }) if service.github != null
  }

  jenkins = {
    for name, service in local.services : name => {
      subject              = service.jenkins_job
      push_repository_arns = [module.release_service[name].repository_arn]
    } if service.jenkins_job != null
  }
}

module "release_identity" {
  source = "../modules/release-identity"

  name                       = "plimsoll-${var.environment}"
  environment                = var.environment
  worker_role_arns           = setunion(var.worker_role_arns, [for worker in module.worker_identity : worker.arn])
  state                      = var.state
  apply_policy_arns          = { platform = aws_iam_policy.platform.arn }
  break_glass_principal_arns = var.break_glass_principal_arns
  alarm_topic_arn            = module.threat_detection.topic_arn
  tags                       = local.tags
}

# What a release of this very platform may change, service by service. Each line names what it is for; nothing here
# takes all actions of a service, and the deletions of what is kept are not among them.
resource "aws_iam_policy" "platform" {
  name        = "plimsoll-${var.environment}-platform"
  description = "What releases of the ML platform may change in ${var.environment}"
  tags        = local.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ModelBucket"
        Effect   = "Allow"
        Action   = ["s3:CreateBucket", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:ListBucket", "s3:PutBucketLogging", "s3:PutBucketTagging", "s3:PutEncryptionConfiguration"]
        Resource = ["arn:aws:s3:::${local.bucket}"]
      },
      {
        Sid      = "Images"
        Effect   = "Allow"
        Action   = ["ecr:CreateRepository", "ecr:PutImageScanningConfiguration", "ecr:SetRepositoryPolicy", "ecr:TagResource"]
        Resource = ["arn:aws:ecr:${var.region}:${data.aws_caller_identity.current.account_id}:repository/*"]
      },
      {
        # Access entries are not among them: with those a release could let itself into the cluster as anything. Who
        # changes teams' access applies that as an administrator.
        Sid      = "NodesAndAddOns"
        Effect   = "Allow"
        Action   = ["eks:CreateAddon", "eks:CreateNodegroup", "eks:CreatePodIdentityAssociation", "eks:DeletePodIdentityAssociation", "eks:DescribeUpdate", "eks:TagResource", "eks:UpdateAddon", "eks:UpdateClusterConfig", "eks:UpdateClusterVersion", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion"]
        Resource = [local.cluster_arn, "${replace(local.cluster_arn, ":cluster/", ":*/")}/*"]
      },
      {
        Sid      = "LogsAndAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutRetentionPolicy", "logs:TagResource"]
        Resource = ["arn:aws:cloudwatch:${var.region}:${data.aws_caller_identity.current.account_id}:alarm:${var.environment}-*", "arn:aws:logs:${var.region}:${data.aws_caller_identity.current.account_id}:log-group:/ml/*"]
      },
      {
        # Roles of teams, and none that could be given more than its team's boundary; never roles of Plimsoll's own.
        Sid       = "RolesOfTeams"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:PutRolePolicy"]
        Resource  = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/teams/*"]
        Condition = { ArnEquals = { "iam:PermissionsBoundary" = [for team in keys(local.teams) : "arn:aws:iam::${data.aws_caller_identity.current.account_id}:policy/teams/${team}/${team}-boundary"] } }
      },
      {
        Sid      = "TagsOfTeamsRoles"
        Effect   = "Allow"
        Action   = ["iam:TagRole"]
        Resource = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/teams/*"]
      },
    ]
  })
}
