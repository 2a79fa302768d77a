# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }

  # Modules take whole ARNs and nothing else: what a plan does not know yet is given here.
  mock_resource "aws_cloudwatch_log_stream" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production:log-stream:serving" }
    override_during = plan
  }
}


variables {
  organisation     = "acme"
  environment      = "production"
  region           = "eu-west-1"
  network          = { cidr = "10.40.0.0/16", zones = ["a", "b"], nat = "none", interface_endpoints = ["sts"] }
  cluster          = { kubernetes_version = "1.33", addons = { eks-pod-identity-agent = "v1.3.7-eksbuild.2" }, node_groups = {} }
  services         = { fraud-scorer = { team = "risk", replicas_max = 4, jenkins_job = "https://jenkins.example.com/job/fraud-scorer/" } }
  access           = { risk = { Statement = [{ Sid = "ReadAndPublish1", Resource = ["arn:aws:s3:::acme-ml-production-models/fraud-scorer/*"] }] } }
  shared_images    = ["model-server"]
  jenkins_issuer   = "https://jenkins.example.com/oidc"
  people_role_arns = ["arn:aws:iam::111122223333:role/people"]
  worker_role_arns = ["arn:aws:iam::111122223333:role/plimsoll-worker"]
  state            = { bucket = "acme-ml-tfstate", key = "production.tfstate", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
}

run "every_input_refuses_what_it_cannot_be" {
  command = plan

  variables {
    organisation               = "Acme"
    region                     = "Ireland"
    existing                   = { cluster_name = "everybody" }
    network                    = { cidr = "10.40.0.0/16", zones = ["eu-west-1a"], nat = "none", interface_endpoints = ["sts"] }
    cluster                    = { kubernetes_version = "1.33", addons = {}, node_groups = {} }
    services                   = { fraud-scorer = { team = "risk", replicas_max = 4 } }
    shared_images              = []
    jenkins_issuer             = "http://jenkins.example.com"
    people_role_arns           = []
    break_glass_principal_arns = ["arn:aws:iam::111122223333:user/ana"]
    security_emails            = null
    state                      = { bucket = "acme-ml-tfstate", key = "production", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
    audit                      = { lock_mode = "GOVERNANCE", retention_days = 400 }
  }

  expect_failures = [
    var.organisation, var.region, var.existing, var.network, var.cluster, var.services, var.shared_images, var.jenkins_issuer,
    var.people_role_arns, var.break_glass_principal_arns, var.security_emails, var.state, var.audit,
  ]
}

run "a_platform_that_nobody_releases_to_is_refused" {
  command = plan

  variables {
    worker_role_arns = []
  }

  expect_failures = [var.worker_role_arns]
}

run "evidence_and_what_is_signed_of_it_are_not_in_one_bucket" {
  command = plan

  variables {
    plimsoll = { checkpoint_bucket = "acme-ml-production-audit" }
  }

  expect_failures = [var.plimsoll]
}

run "an_environment_with_capitals_is_refused" {
  command = plan

  variables {
    environment = "Production"
  }

  expect_failures = [var.environment]
}

run "a_service_whose_models_the_policies_give_to_nobody_is_refused" {
  command = plan

  variables {
    access = {}
  }

  expect_failures = [var.access]
}
