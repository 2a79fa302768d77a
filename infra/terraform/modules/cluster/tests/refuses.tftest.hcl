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
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    name                     = "ML"
    kubernetes_version       = "1.29"
    subnet_ids               = ["subnet-0a1b2c3d"]
    kms_key_arn              = "arn:aws:kms:eu-west-1:111122223333:alias/ml"
    log_retention_days       = 30
    node_groups              = { general = { instance_types = ["m7i.xlarge"], min = 3, max = 2 } }
    addons                   = { coredns = "latest" }
    access_entries           = { bo = { principal_arn = "arn:aws:iam::111122223333:user/bo", policy = "AmazonEKSViewPolicy" } }
    permissions_boundary_arn = "boundary"
    tags                     = { "AWS:owner" = "us" }
  }

  expect_failures = [
    var.name, var.kubernetes_version, var.subnet_ids, var.kms_key_arn, var.log_retention_days,
    var.node_groups, var.addons, var.access_entries, var.permissions_boundary_arn, var.tags,
  ]
}

run "groups_without_types_and_entries_for_system_masters_are_refused" {
  command = plan

  variables {
    node_groups    = { general = { instance_types = [], min = 1, max = 2 } }
    access_entries = { root = { principal_arn = "arn:aws:iam::111122223333:role/root", kubernetes_groups = ["system:masters"] } }
  }

  expect_failures = [var.node_groups, var.access_entries]
}

run "small_disks_and_edit_rights_everywhere_are_refused" {
  command = plan

  variables {
    node_groups    = { general = { instance_types = ["m7i.xlarge"], min = 1, max = 2, disk_gib = 8 } }
    access_entries = { release = { principal_arn = "arn:aws:iam::111122223333:role/release", policy = "AmazonEKSEditPolicy" } }
  }

  expect_failures = [var.node_groups, var.access_entries]
}

run "a_policy_that_eks_does_not_know_and_an_existing_cluster_by_arn_are_refused" {
  command = plan

  variables {
    existing_name  = "arn:aws:eks:eu-west-1:111122223333:cluster/everybody"
    access_entries = { release = { principal_arn = "arn:aws:iam::111122223333:role/release", policy = "AdministratorAccess", namespaces = ["models"] } }
  }

  override_data {
    target = data.aws_eks_cluster.existing[0]
    values = { access_config = [{ authentication_mode = "API" }] }
  }

  expect_failures = [var.existing_name, var.access_entries]
}
