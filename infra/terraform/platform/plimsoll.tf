# Plimsoll itself, where it runs in this platform's cluster: its store, the keys that sign records and hide values, and a
# role for each service account of its chart (infra/helm/plimsoll). Where it runs elsewhere `plimsoll` is left out, and
# `worker_role_arns` names its workers. The ledger is in the bucket that keeps (audit-trail).

locals {
  installations = var.plimsoll[*]
  workers       = var.plimsoll == null ? toset([]) : toset(["control", "tools", "watch"])
  store_bucket  = "${var.organisation}-ml-${var.environment}-plimsoll"
  account       = "arn:aws:iam::${data.aws_caller_identity.current.account_id}"

  # By name: the roles of releases trust the workers', which have to be there before them.
  own_release_role_arns = [for kind in ["plan", "apply"] : "${local.account}:role/plimsoll-${var.environment}-${kind}"]

  # Of the chart, those that call AWS, each with its role.
  service_accounts = merge(
    { for worker in local.workers : "plimsoll-worker-${worker}" => module.worker_identity[worker].arn },
    { for role in aws_iam_role.api : "plimsoll-api" => role.arn },
  )
}

module "store_key" {
  source = "../modules/encryption-key"
  count  = length(local.installations)

  name        = "plimsoll/${var.environment}/store"
  description = "Archives, plans and reports of releases, ${var.environment}: plans hold secrets in clear"
  tags        = local.tags
}

# As confidential as models, and kept the same way.
module "store" {
  source = "../modules/model-store"
  count  = length(local.installations)

  name              = local.store_bucket
  kms_key_arn       = module.store_key[0].arn
  access_log_bucket = module.audit_trail.access_log_bucket
  tags              = local.tags
}

locals {
  # Two keys that KMS does not rotate: what was signed, and what was compared, has to be so with the same one later on.
  special_keys = var.plimsoll == null ? {} : {
    ledger = { spec = "ECC_NIST_P256", usage = "SIGN_VERIFY", description = "Signs the ends of records: PLIMSOLL_LEDGER_KEY" }
    change = { spec = "HMAC_256", usage = "GENERATE_VERIFY_MAC", description = "Stands in plans in place of secrets: PLIMSOLL_CHANGE_KEY" }
  }
}

# KMS rotates symmetric keys alone, and refuses the setting for these.
#tfsec:ignore:aws-kms-auto-rotate-keys
resource "aws_kms_key" "special" {
  for_each = local.special_keys

  description              = "${each.value.description}, ${var.environment}"
  customer_master_key_spec = each.value.spec
  key_usage                = each.value.usage
  deletion_window_in_days  = 30
  tags                     = local.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "IamDecidesWithinTheAccount"
      Effect    = "Allow"
      Principal = { AWS = "${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*" # In a key policy this is the key itself.
    }]
  })
}

resource "aws_kms_alias" "special" {
  for_each = local.special_keys

  name          = "alias/plimsoll/${var.environment}/${each.key}"
  target_key_id = aws_kms_key.special[each.key].key_id
}

module "worker_identity" {
  source   = "../modules/worker-identity"
  for_each = local.workers

  name                    = "plimsoll-${var.environment}-worker-${each.key}"
  pods                    = { cluster_arn = local.cluster_arn, namespace = var.plimsoll.namespace, service_account = "plimsoll-worker-${each.key}" }
  release_role_arns       = setunion(local.own_release_role_arns, var.plimsoll.further_release_role_arns)
  store                   = { bucket = local.store_bucket }
  ledger                  = { bucket = module.audit_trail.bucket, signing_key_arn = aws_kms_key.special["ledger"].arn }
  checkpoint_bucket       = var.plimsoll.checkpoint_bucket
  model_buckets           = [module.model_store.name]
  change_key_arn          = aws_kms_key.special["change"].arn
  data_key_arns           = [module.store_key[0].arn, module.encryption_key.arn, module.audit_key.arn]
  audit_trail             = { bucket = module.audit_trail.bucket }
  findings_queue_arn      = module.threat_detection.queue_arn
  dead_findings_queue_arn = module.threat_detection.dead_queue_arn
  notice_secret_arns      = var.plimsoll.notice_secret_arns
  notice_topic_arns       = var.plimsoll.notice_topic_arns
  tags                    = local.tags
}

# The API shows what was counted and found, and knows from the ledger what was released; archives, plans and reports stay
# closed to it, and so does whatever else lies in the bucket that keeps.
resource "aws_iam_role" "api" {
  count       = length(local.installations)
  name        = "plimsoll-${var.environment}-api"
  description = "Plimsoll's API"
  tags        = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheApisPods"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/kubernetes-namespace"       = var.plimsoll.namespace
          "aws:RequestTag/kubernetes-service-account" = "plimsoll-api"
          "aws:RequestTag/eks-cluster-arn"            = local.cluster_arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "api" {
  count = length(local.installations)
  name  = "read-what-releases-recorded"
  role  = aws_iam_role.api[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadWhatWasCountedAndFound"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for folder in ["counts", "findings"] : "arn:aws:s3:::${local.store_bucket}/${folder}/*"]
      },
      {
        Sid      = "DecryptThem"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [module.store_key[0].arn]
        # With the bucket's own data key, S3 names the bucket and not the object.
        Condition = { StringEquals = { "kms:EncryptionContext:aws:s3:arn" = "arn:aws:s3:::${local.store_bucket}" } }
      },
      {
        # The names of what has ended are all that is read of `ends/`.
        Sid       = "FindReleases"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [module.audit_trail.bucket_arn]
        Condition = { StringLike = { "s3:prefix" = ["ends/*", "releases/*"] } }
      },
      {
        Sid      = "ReadTheirRecords"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${module.audit_trail.bucket_arn}/releases/*"]
      },
      {
        Sid       = "DecryptRecords"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [module.audit_key.arn]
        Condition = { StringEquals = { "kms:EncryptionContext:aws:s3:arn" = module.audit_trail.bucket_arn } }
      },
    ]
  })
}

resource "aws_eks_pod_identity_association" "plimsoll" {
  for_each = local.service_accounts

  cluster_name    = module.cluster.name
  namespace       = var.plimsoll.namespace
  service_account = each.key
  role_arn        = each.value
  tags            = local.tags
}
