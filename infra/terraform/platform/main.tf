# An ML platform in one account and region: the modules put together. Environments differ in versions and values only
# (../environments), so that what was tried in staging is what production gets.
#
# What a company has already (a network, a cluster, a trail, a detector, GitHub's provider) it names in `existing`, and
# gets the rest around it.

data "aws_caller_identity" "current" {}

locals {
  name     = "ml-${var.environment}"
  bucket   = "${var.organisation}-ml-${var.environment}-models"
  services = var.services
  teams    = { for team in distinct([for service in values(local.services) : service.team]) : team => [for name, service in local.services : name if service.team == team] }

  log_groups = concat(
    ["/aws/eks/${local.name}/cluster"],
    [for service in keys(local.services) : "/ml/${var.environment}/${service}"],
    [for service in keys(local.services) : "/ml/${local.name}-${service}"],
  )

  tags = { Environment = var.environment, ManagedBy = "plimsoll" }
}

################################################################################
# Keys and evidence
################################################################################

module "encryption_key" {
  source = "../modules/encryption-key"

  name        = "ml/${var.environment}"
  description = "Models, images, disks and logs of the ML platform, ${var.environment}"
  log_groups  = local.log_groups
  services    = ["cloudwatch.amazonaws.com", "delivery.logs.amazonaws.com", "events.amazonaws.com"]
  node_disks  = var.existing.cluster_name == null
  tags        = local.tags
}

# Another key than the platform's: whoever may use models must not be able to make evidence unreadable.
module "audit_key" {
  source = "../modules/encryption-key"

  name        = "audit/${var.environment}"
  description = "CloudTrail and auditors' answers, ${var.environment}"
  services    = ["cloudtrail.amazonaws.com"]
  tags        = local.tags
}

module "audit_trail" {
  source = "../modules/audit-trail"

  name                   = "${var.organisation}-${local.name}"
  existing_trail_bucket  = var.existing.trail_bucket
  regions                = [var.region]
  data_event_bucket_arns = ["arn:aws:s3:::${local.bucket}"]
  lock_mode              = var.audit.lock_mode
  retention_days         = var.audit.retention_days
  kms_key_arn            = module.audit_key.arn
  alarm_topic_arn        = module.threat_detection.topic_arn
  tags                   = local.tags
}

module "threat_detection" {
  source = "../modules/threat-detection"

  name                 = local.name
  existing_detector_id = var.existing.detector_id
  security_emails      = var.security_emails
  kms_key_arn          = module.encryption_key.arn
  tags                 = local.tags
}

################################################################################
# Where models run
################################################################################

module "network" {
  source = "../modules/network"

  name                = local.name
  existing            = var.existing.network
  cidr                = var.network.cidr
  availability_zones  = [for zone in var.network.zones : "${var.region}${zone}"]
  nat                 = var.network.nat
  interface_endpoints = var.network.interface_endpoints
  flow_log_bucket_arn = module.audit_trail.flow_log_bucket_arn
  tags                = local.tags
}

module "cluster" {
  source = "../modules/cluster"

  name               = local.name
  existing_name      = var.existing.cluster_name
  kubernetes_version = var.cluster.kubernetes_version
  subnet_ids         = module.network.private_subnet_ids
  kms_key_arn        = module.encryption_key.arn
  node_groups        = var.cluster.node_groups
  addons             = var.cluster.addons
  tags               = local.tags

  access_entries = merge(
    {
      release = {
        principal_arn = module.release_identity.apply_role_arn
        policy        = "AmazonEKSEditPolicy"
        namespaces    = ["models"]
        # EKS's own policy knows no HTTPRoutes: a Role of the namespace gives these to the group.
        kubernetes_groups = ["plimsoll:release"]
      }
    },
    merge([for team in module.team_access : team.access_entries]...),
  )
}

################################################################################
# What runs
################################################################################

module "model_store" {
  source = "../modules/model-store"

  name              = local.bucket
  kms_key_arn       = module.encryption_key.arn
  access_log_bucket = module.audit_trail.access_log_bucket
  tags              = local.tags
}

# Images that no single service owns.
module "registry" {
  source = "../modules/registry"

  repositories      = [for name in var.shared_images : "shared/${name}"]
  kms_key_arn       = module.encryption_key.arn
  enhanced_scanning = true
  tags              = local.tags
}

module "release_service" {
  source   = "../modules/release-service"
  for_each = local.services

  service         = each.key
  team            = each.value.team
  environment     = var.environment
  bucket          = module.model_store.name
  cluster_arn     = local.cluster_arn
  replicas_max    = each.value.replicas_max
  kms_key_arn     = module.encryption_key.arn
  alarm_topic_arn = module.threat_detection.topic_arn
  # The team's boundary is for roles of the team; pods are given less than it allows.
  permissions_boundary_arn = module.team_access[each.value.team].boundary_arn
  tags                     = local.tags

  depends_on = [module.cluster]
}

module "ml_pipeline" {
  source   = "../modules/ml-pipeline"
  for_each = local.services

  name                     = "${local.name}-${each.key}"
  service                  = each.key
  bucket                   = module.model_store.name
  kms_key_arn              = module.encryption_key.arn
  permissions_boundary_arn = module.team_access[each.value.team].boundary_arn
  tags                     = local.tags
}
