# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name        = "ml-production"
  subnet_ids  = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
  node_groups = {
    general = { instance_types = ["m7i.xlarge"], min = 2, max = 6 }
    gpu     = { instance_types = ["g6.xlarge"], min = 0, max = 4, taints = { "nvidia.com/gpu" = "present" } }
  }
  access_entries = {
    release = { principal_arn = "arn:aws:iam::111122223333:role/plimsoll-apply", policy = "AmazonEKSEditPolicy", namespaces = ["models"] }
    risk    = { principal_arn = "arn:aws:iam::111122223333:role/teams/risk/risk-operator", policy = "AmazonEKSViewPolicy" }
  }
}

run "the_cluster_is_reached_from_within_and_keeps_every_log" {
  command = plan

  assert {
    condition     = !aws_eks_cluster.this[0].vpc_config[0].endpoint_public_access && aws_eks_cluster.this[0].vpc_config[0].endpoint_private_access
    error_message = "The endpoint must be private."
  }

  assert {
    condition     = length(aws_eks_cluster.this[0].enabled_cluster_log_types) == 5 && contains(aws_eks_cluster.this[0].encryption_config[0].resources, "secrets")
    error_message = "Every log must be kept and secrets encrypted."
  }

  assert {
    condition     = aws_eks_cluster.this[0].access_config[0].authentication_mode == "API" && !aws_eks_cluster.this[0].access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Access entries alone must say who may."
  }
}

run "nodes_keep_pods_away_from_their_identity" {
  command = plan

  assert {
    condition     = alltrue([for template in aws_launch_template.node : template.metadata_options[0].http_tokens == "required" && template.metadata_options[0].http_put_response_hop_limit == 1 && template.block_device_mappings[0].ebs[0].encrypted == "true"])
    error_message = "Nodes must ask for IMDSv2 at one hop, and have encrypted disks."
  }

  assert {
    condition     = one(aws_eks_node_group.this["gpu"].taint).effect == "NO_SCHEDULE" && length(aws_eks_node_group.this["general"].taint) == 0
    error_message = "Only the group with a taint may have one."
  }
}

run "an_entry_for_namespaces_is_not_one_for_the_cluster" {
  command = plan

  assert {
    condition     = aws_eks_access_policy_association.this["release"].access_scope[0].type == "namespace" && aws_eks_access_policy_association.this["risk"].access_scope[0].type == "cluster"
    error_message = "Namespaces must narrow the scope."
  }
}

run "a_cluster_that_is_there_gets_access_entries_and_nothing_else" {
  command = plan

  variables {
    existing_name = "everybody"
    subnet_ids    = []
    kms_key_arn   = null
  }

  override_data {
    target = data.aws_eks_cluster.existing[0]
    values = { name = "everybody", access_config = [{ authentication_mode = "API_AND_CONFIG_MAP" }] }
  }

  assert {
    condition     = length(aws_eks_cluster.this) == 0 && length(aws_eks_node_group.this) == 0 && length(aws_iam_role.node) == 0 && length(aws_eks_access_entry.this) == 2
    error_message = "Only the entries may be made."
  }
}

run "a_cluster_that_takes_no_access_entries_is_refused" {
  command = plan

  variables {
    existing_name = "old"
  }

  override_data {
    target = data.aws_eks_cluster.existing[0]
    values = { name = "old", access_config = [{ authentication_mode = "CONFIG_MAP" }] }
  }

  expect_failures = [data.aws_eks_cluster.existing]
}
