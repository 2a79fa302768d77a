# An EKS cluster that is reached from within: private endpoint, secrets encrypted with a key of ours, every kind of
# audit log kept, people and roles let in by access entries alone, nodes without SSH that answer IMDSv2 only.
#
# A company that has a cluster names it in `existing_name`: then only access entries are made in it.

data "aws_partition" "current" {}

data "aws_eks_cluster" "existing" {
  count = local.make ? 0 : 1
  name  = var.existing_name

  lifecycle {
    postcondition {
      condition     = self.access_config[0].authentication_mode != "CONFIG_MAP"
      error_message = "The existing cluster takes no access entries: set its authentication mode to API or API_AND_CONFIG_MAP first."
    }
  }
}

locals {
  make   = var.existing_name == null
  name   = local.make ? aws_eks_cluster.this[0].name : data.aws_eks_cluster.existing[0].name
  groups = local.make ? var.node_groups : {}

  # What AWS asks a node to have, and no more. Pods have identities of their own.
  node_policies = local.make ? ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"] : []
}

################################################################################
# Control plane
################################################################################

# Made before the cluster, which would otherwise make one that is never emptied and not encrypted.
module "logs" {
  source = "../log-group"
  count  = local.make ? 1 : 0

  name           = "/aws/eks/${var.name}/cluster"
  retention_days = var.log_retention_days
  kms_key_arn    = var.kms_key_arn
  tags           = var.tags
}

resource "aws_iam_role" "cluster" {
  count                = local.make ? 1 : 0
  name                 = "${var.name}-cluster"
  description          = "Control plane of the EKS cluster ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "eks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  count      = local.make ? 1 : 0
  role       = aws_iam_role.cluster[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_eks_cluster" "this" {
  count                     = local.make ? 1 : 0
  name                      = var.name
  version                   = var.kubernetes_version
  role_arn                  = aws_iam_role.cluster[0].arn
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  tags                      = var.tags

  access_config {
    authentication_mode = "API"
    # Whoever applies this is no administrator for ever: access entries say who is.
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = var.kms_key_arn
    }
  }

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = false
  }

  depends_on = [aws_iam_role_policy_attachment.cluster, module.logs]
}

resource "aws_eks_addon" "this" {
  for_each     = local.make ? var.addons : {}
  cluster_name = local.name
  # CoreDNS waits for nodes to run on.
  depends_on                  = [aws_eks_node_group.this]
  addon_name                  = each.key
  addon_version               = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  # Somebody's own settings are not lost without a word.
  resolve_conflicts_on_update = "NONE"
  tags                        = var.tags
}

################################################################################
# Nodes
################################################################################

resource "aws_iam_role" "node" {
  count                = local.make ? 1 : 0
  name                 = "${var.name}-node"
  description          = "Nodes of the EKS cluster ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(local.node_policies)
  role       = aws_iam_role.node[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.key}"
}

resource "aws_launch_template" "node" {
  for_each    = local.groups
  name        = "${var.name}-${each.key}"
  description = "Nodes ${each.key} of ${var.name}: encrypted disk, IMDSv2 out of reach of pods"
  tags        = var.tags

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # A pod is one hop further away: it cannot become its node.
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = each.value.disk_gib
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = var.kms_key_arn
      delete_on_termination = true
    }
  }
}

resource "aws_eks_node_group" "this" {
  for_each        = local.groups
  cluster_name    = local.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.node[0].arn
  subnet_ids      = var.subnet_ids
  instance_types  = each.value.instance_types
  capacity_type   = each.value.spot ? "SPOT" : "ON_DEMAND"
  ami_type        = each.value.ami_type
  labels          = each.value.labels
  tags            = var.tags

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  update_config {
    max_unavailable = 1
  }

  dynamic "taint" {
    for_each = each.value.taints
    content {
      key    = taint.key
      value  = taint.value
      effect = "NO_SCHEDULE"
    }
  }

  lifecycle {
    # The autoscaler's business.
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}

################################################################################
# Who may do what in it
################################################################################

resource "aws_eks_access_entry" "this" {
  for_each      = var.access_entries
  cluster_name  = local.name
  principal_arn = each.value.principal_arn
  # The user name stays AWS's own: it ends with the session's name, which is the release, in every line of the audit log.
  kubernetes_groups = each.value.kubernetes_groups
  tags              = var.tags
}

resource "aws_eks_access_policy_association" "this" {
  for_each      = { for name, entry in var.access_entries : name => entry if entry.policy != null }
  cluster_name  = local.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = length(each.value.namespaces) == 0 ? "cluster" : "namespace"
    namespaces = each.value.namespaces
  }
}
