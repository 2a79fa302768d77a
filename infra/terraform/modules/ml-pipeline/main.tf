# What makes models: a role for training and one for batch scoring, each with the log stream it writes to. Both publish
# under the prefixes of one service and delete nothing (../pipeline-role); neither can release what it made.

module "logs" {
  source = "../log-group"

  name           = "/ml/${var.name}"
  retention_days = var.log_retention_days
  kms_key_arn    = var.kms_key_arn
  streams        = keys(local.jobs)
  tags           = var.tags
}

locals {
  # Models are what a release ships; predictions of batches lie beside them and are never released.
  jobs = {
    training = { prefix = "${var.service}/" }
    batch    = { prefix = "${var.service}/predictions/" }
  }
}

module "role" {
  source   = "../pipeline-role"
  for_each = local.jobs

  name                     = "${var.name}-${each.key}"
  trusted_service          = var.trusted_service
  bucket                   = var.bucket
  model_prefix             = each.value.prefix
  log_stream_arn           = module.logs.stream_arns[each.key]
  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
  max_session_hours        = var.max_session_hours
  tags                     = var.tags
}

# A batch scores with what was published: it reads all of the service's models, and writes its predictions only.
resource "aws_iam_role_policy" "batch_reads_models" {
  name = "read-models"
  role = module.role["batch"].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "ReadModels"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = ["arn:aws:s3:::${var.bucket}/${var.service}/*"]
    }]
  })
}
