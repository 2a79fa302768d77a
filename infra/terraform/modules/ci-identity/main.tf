# Who a build is to AWS: a GitHub Actions job by its own token, a Jenkins job by its own; no key that could be copied.
# A build may push images of its own repositories and nothing else. It releases by calling Plimsoll with the same token,
# which reads more of it than AWS does; it never gets a role that can change what runs.
#
# GitHub's subjects exist in two forms. Repositories made, renamed or moved after 2026-07-15 have the immutable one, with
# the ids of owner and repository in it; a trust policy that knows only the other refuses them. Both are listed whole:
# a pattern such as `repo:acme/*` trusts whatever anybody names that way.

locals {
  github_host    = "token.actions.githubusercontent.com"
  github_arn     = var.existing_github_provider_arn != null ? var.existing_github_provider_arn : one(aws_iam_openid_connect_provider.github[*].arn)
  make_github    = length(var.github) > 0 && var.existing_github_provider_arn == null
  jenkins_host   = var.jenkins_issuer == null ? "" : trimprefix(var.jenkins_issuer, "https://")
  jenkins_arn    = one(aws_iam_openid_connect_provider.jenkins[*].arn)
  session_claims = ["sts:AssumeRoleWithWebIdentity"]

  # environment: jobs behind the protection of that environment; ref: jobs of that branch or tag.
  github_contexts = { for name, job in var.github : name => job.environment != null ? "environment:${job.environment}" : "ref:${job.ref}" }
  github_subjects = {
    for name, job in var.github : name => [
      "repo:${job.owner}/${job.repository}:${local.github_contexts[name]}",
      "repo:${job.owner}@${job.owner_id}/${job.repository}@${job.repository_id}:${local.github_contexts[name]}",
    ]
  }

  jobs = merge(
    { for name, job in var.github : name => {
      provider     = local.github_arn
      host         = local.github_host
      subjects     = local.github_subjects[name]
      repositories = job.push_repository_arns
    } },
    { for name, job in var.jenkins : name => {
      provider     = local.jenkins_arn
      host         = local.jenkins_host
      subjects     = [job.subject]
      repositories = job.push_repository_arns
    } },
  )
}

################################################################################
# Issuers
################################################################################

# One per account: a company that has it gives it in existing_github_provider_arn. AWS knows GitHub's certificate
# authorities itself, so there is no thumbprint to keep.
resource "aws_iam_openid_connect_provider" "github" {
  count          = local.make_github ? 1 : 0
  url            = "https://${local.github_host}"
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags
}

resource "aws_iam_openid_connect_provider" "jenkins" {
  count           = var.jenkins_issuer == null ? 0 : 1
  url             = var.jenkins_issuer
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = var.jenkins_thumbprints
  tags            = var.tags
}

################################################################################
# Roles
################################################################################

resource "aws_iam_role" "this" {
  for_each             = local.jobs
  name                 = "${var.name}-${each.key}"
  description          = "Builds ${each.key}: pushes images, releases nothing"
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ThisJobOnly"
      Effect    = "Allow"
      Principal = { Federated = each.value.provider }
      Action    = local.session_claims
      Condition = {
        StringEquals = {
          "${each.value.host}:aud" = "sts.amazonaws.com"
          "${each.value.host}:sub" = each.value.subjects
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.jobs
  name     = "push-images"
  role     = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Gives a password for pushing; ECR takes no resource for it.
        Sid      = "LogIn"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = "*"
      },
      {
        # Tags never move (../image-registry), so that a push adds and never replaces.
        Sid    = "PushOwnImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = sort(each.value.repositories)
      },
    ]
  })
}
