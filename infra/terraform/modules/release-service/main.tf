# What one model service needs before its first release: a repository for its image, an identity for its pods that
# reads its own models and nothing else, a place for its logs, and an alarm when it has nowhere left to grow.
# What runs, and how much of it, is a release's business and not here.

locals {
  name       = "${var.environment}-${var.service}"
  bucket_arn = "arn:${var.partition}:s3:::${var.bucket}"
}

module "repository" {
  source = "../image-registry"

  name        = "${var.team}/${var.service}"
  kms_key_arn = var.kms_key_arn
  tags        = var.tags
}

module "logs" {
  source = "../log-group"

  name        = "/ml/${var.environment}/${var.service}"
  kms_key_arn = var.kms_key_arn
  streams     = ["serving"]
  tags        = var.tags
}

################################################################################
# The identity of its pods
################################################################################

resource "aws_iam_role" "this" {
  name                 = local.name
  path                 = "/teams/${var.team}/"
  description          = "Pods of ${var.service} in ${var.environment}: read its own models"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = merge(var.tags, { team = var.team, service = var.service })

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PodsOfThisCluster"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      # EKS tags the sessions it hands out, and fails without leave to.
      Action = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/kubernetes-namespace"       = var.namespace
          "aws:RequestTag/kubernetes-service-account" = var.service
          "aws:RequestTag/eks-cluster-arn"            = var.cluster_arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "read-models"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # By version, as the chart's init container asks: what was scanned is what is served.
        Sid      = "ReadOwnModels"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = ["${local.bucket_arn}/${var.service}/*"]
      },
      {
        Sid      = "DecryptThem"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.kms_key_arn]
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:PutLogEvents"]
        Resource = [module.logs.stream_arns["serving"]]
      },
    ]
  })
}

resource "aws_eks_pod_identity_association" "this" {
  cluster_name    = element(split("/", var.cluster_arn), 1)
  namespace       = var.namespace
  service_account = var.service
  role_arn        = aws_iam_role.this.arn
  tags            = var.tags
}

################################################################################
# When there is nowhere left to grow
################################################################################

resource "aws_cloudwatch_metric_alarm" "at_replica_limit" {
  alarm_name          = "${local.name}-at-replica-limit"
  alarm_description   = "${var.service} has run its largest number of pods for a quarter of an hour: it is about to be slow"
  namespace           = "ContainerInsights"
  metric_name         = "service_number_of_running_pods"
  dimensions          = { ClusterName = element(split("/", var.cluster_arn), 1), Namespace = var.namespace, Service = var.service }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.replicas_max
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching" # A service without pods has other alarms.
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  tags                = var.tags
}
