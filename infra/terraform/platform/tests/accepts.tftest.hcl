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
run "what_a_company_has_is_used_and_the_rest_is_made_around_it" {
  command = plan

  variables {
    existing = {
      network      = { vpc_id = "vpc-0a1b2c3d", private_subnet_ids = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"] }
      cluster_name = "everybody"
      trail_bucket = "acme-organisation-trail"
      detector_id  = "0123456789abcdef0123456789abcdef"
    }
  }

  override_data {
    target = module.network.data.aws_vpc.existing
    values = { id = "vpc-0a1b2c3d", enable_dns_support = true, enable_dns_hostnames = true }
  }

  override_data {
    target = module.network.data.aws_subnet.existing
    values = { vpc_id = "vpc-0a1b2c3d", map_public_ip_on_launch = false }
  }

  override_data {
    target = module.cluster.data.aws_eks_cluster.existing
    values = { name = "everybody", access_config = [{ authentication_mode = "API" }] }
  }

  assert {
    condition     = output.cluster == "everybody" && output.ledger_bucket == "acme-organisation-trail" && length(output.services) == 1
    error_message = "The cluster and the trail must be those that are there, and the service must get what it needs."
  }
}

run "nothing_of_plimsoll_is_made_where_it_is_somewhere_else" {
  command = plan

  assert {
    condition     = output.plimsoll == null && length(module.worker_identity) == 0 && length(aws_kms_key.special) == 0
    error_message = "Without an installation there must be neither keys nor roles of one."
  }
}

run "what_plimsoll_needs_is_made_and_named_as_its_chart_wants_it" {
  command = plan

  variables {
    worker_role_arns = []
    plimsoll         = { checkpoint_bucket = "acme-plimsoll-checkpoints", further_release_role_arns = ["arn:aws:iam::111122223333:role/plimsoll-staging-plan"] }
  }

  # What a plan does not know yet: modules take whole ARNs.
  override_module {
    target  = module.encryption_key
    outputs = { arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
  }

  override_module {
    target  = module.store_key
    outputs = { arn = "arn:aws:kms:eu-west-1:111122223333:key/store" }
  }

  override_module {
    target  = module.audit_key
    outputs = { arn = "arn:aws:kms:eu-west-1:111122223333:key/audit" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.api[0].policy).Statement : [statement.Action, statement.Resource]] == [
      [["s3:GetObject"], ["arn:aws:s3:::acme-ml-production-plimsoll/counts/*", "arn:aws:s3:::acme-ml-production-plimsoll/findings/*"]],
      [["kms:Decrypt"], ["arn:aws:kms:eu-west-1:111122223333:key/store"]],
      [["s3:ListBucket"], ["arn:aws:s3:::acme-ml-production-audit"]],
      [["s3:GetObject"], ["arn:aws:s3:::acme-ml-production-audit/releases/*"]],
      [["kms:Decrypt"], ["arn:aws:kms:eu-west-1:111122223333:key/audit"]],
    ]
    error_message = "The API must read two folders of the store and the releases of the ledger, and nothing else."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.api[0].policy).Statement : statement.Condition.StringLike["s3:prefix"] if statement.Sid == "FindReleases"]) == ["ends/*", "releases/*"]
    error_message = "The trail lies beside the ledger, and must stay out of the API's sight."
  }

  assert {
    condition     = output.plimsoll.store.bucket == "acme-ml-production-plimsoll" && output.plimsoll.ledger.bucket == "acme-ml-production-audit" && output.plimsoll.ledger.checkpointBucket == "acme-plimsoll-checkpoints"
    error_message = "The chart must hear of the store, the ledger and the checkpoints."
  }

  assert {
    condition     = { for name, key in aws_kms_key.special : name => [key.customer_master_key_spec, key.key_usage] } == { change = ["HMAC_256", "GENERATE_VERIFY_MAC"], ledger = ["ECC_NIST_P256", "SIGN_VERIFY"] }
    error_message = "Each key must be of the kind that the worker asks for."
  }

  assert {
    condition     = sort(keys(aws_eks_pod_identity_association.plimsoll)) == tolist(["plimsoll-api", "plimsoll-worker-control", "plimsoll-worker-tools", "plimsoll-worker-watch"])
    error_message = "Each service account of the chart that calls AWS must get its role."
  }
}
