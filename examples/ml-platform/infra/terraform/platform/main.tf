# What the ML platform has in every environment: a store for models, a registry for images, a role and a log group for
# the training pipeline, one key for all of it, and the little that serving needs. Environments differ in values only,
# so that what was tried in staging is what production gets.

locals {
  pipeline_logs = "/ml/${var.environment}/pipeline"
  tags          = { Environment = var.environment, ManagedBy = "plimsoll" }
}

################################################################################
# Key, models, images
################################################################################

module "encryption_key" {
  source = "../modules/encryption-key"

  name        = "ml/${var.environment}"
  description = "Models, images, logs and settings of the ML platform, ${var.environment}"
  log_groups  = [local.pipeline_logs]
  tags        = local.tags
}

module "model_store" {
  source = "../modules/model-store"

  name        = "${var.organisation}-ml-${var.environment}-models"
  kms_key_arn = module.encryption_key.arn
  require_tls = var.require_tls
  tags        = local.tags
}

module "image_registry" {
  source = "../modules/image-registry"

  name        = "${var.environment}/${var.service}"
  kms_key_arn = module.encryption_key.arn
  tags        = local.tags
}

################################################################################
# Training pipeline
################################################################################

module "pipeline_logs" {
  source = "../modules/log-group"

  name        = local.pipeline_logs
  kms_key_arn = module.encryption_key.arn
  streams     = ["training"]
  tags        = local.tags
}

module "pipeline_role" {
  source = "../modules/pipeline-role"

  name           = "ml-${var.environment}-pipeline"
  bucket         = module.model_store.name
  model_prefix   = "${var.service}/"
  log_stream_arn = module.pipeline_logs.stream_arns["training"]
  kms_key_arn    = module.encryption_key.arn
  tags           = local.tags
}

################################################################################
# Serving
################################################################################

# Model servers read it when they start.
resource "aws_ssm_parameter" "feature_store_password" {
  name        = "/ml/${var.environment}/feature-store/password"
  description = "Password of the feature store"
  type        = "SecureString"
  key_id      = module.encryption_key.arn
  value       = var.feature_store_password
  tags        = local.tags
}

# An autoscaler at its limit is a model that is about to be slow.
resource "aws_cloudwatch_metric_alarm" "at_replica_limit" {
  alarm_name          = "ml-${var.environment}-${var.service}-at-replica-limit"
  alarm_description   = "${var.service} has run its largest number of pods for a quarter of an hour"
  namespace           = "ContainerInsights"
  metric_name         = "service_number_of_running_pods"
  dimensions          = { ClusterName = "ml-${var.environment}", Namespace = "models", Service = var.service }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.replicas_max
  period              = 300
  evaluation_periods  = 3
  # A service without pods has other alarms.
  treat_missing_data = "notBreaching"
  tags               = local.tags
}
