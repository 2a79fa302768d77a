# Repositories for the images of an environment, each as ../image-registry makes it, and who may pull them: the
# accounts that run clusters, and nobody else. Pushing is given to identities (../ci-identity), never here.

module "repository" {
  source   = "../image-registry"
  for_each = var.repositories

  name        = each.key
  kms_key_arn = var.kms_key_arn
  tags        = var.tags
}

resource "aws_ecr_repository_policy" "pull" {
  for_each   = length(var.pull_account_ids) > 0 ? var.repositories : toset([])
  repository = module.repository[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ClustersOfTheseAccountsPull"
      Effect    = "Allow"
      Principal = { AWS = [for account in sort(var.pull_account_ids) : "arn:aws:iam::${account}:root"] }
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

# One per account and region: a company that has one says so, or the two would overwrite each other at every apply.
resource "aws_ecr_registry_scanning_configuration" "this" {
  count     = var.enhanced_scanning ? 1 : 0
  scan_type = "ENHANCED"

  # Again whenever a new weakness is known, not on push alone: images are released long after they were pushed.
  rule {
    scan_frequency = "CONTINUOUS_SCAN"
    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }
}
