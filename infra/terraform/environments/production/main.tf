provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = [var.account_id]
}

module "platform" {
  source = "../../platform"

  organisation = "acme"
  environment  = "production"
  region       = "eu-west-1"

  network = {
    cidr  = "10.40.0.0/16"
    zones = ["a", "b", "c"]
    # Plimsoll fetches from git and asks Temporal and identity providers. Where it runs in a network of its own: "none".
    nat = "per-zone"
    # What nodes, model servers and Plimsoll call without leaving the network.
    interface_endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "guardduty", "guardduty-data", "kms", "logs", "sqs", "sts"]
  }

  cluster = {
    kubernetes_version = "1.33"
    addons = {
      vpc-cni                = "v1.19.5-eksbuild.1"
      kube-proxy             = "v1.33.0-eksbuild.2"
      coredns                = "v1.12.1-eksbuild.2"
      eks-pod-identity-agent = "v1.3.7-eksbuild.2"
    }
    node_groups = {
      general = { instance_types = ["m7i.xlarge", "m7a.xlarge"], min = 3, max = 12 }
    }
  }

  services = {
    fraud-scorer = {
      team         = "risk"
      replicas_max = 12
      github       = { owner = "acme", owner_id = 123456, repository = "fraud-scorer", repository_id = 456789 }
    }
    churn-scorer = {
      team         = "growth"
      replicas_max = 12
      jenkins_job  = "https://jenkins.example.com/job/growth/job/churn-scorer/"
    }
  }

  # From the data that the policies judge by: `npm run docs` writes it.
  access = jsondecode(file("${path.module}/access.json"))

  shared_images    = ["model-server"]
  jenkins_issuer   = "https://jenkins.example.com/oidc"
  people_role_arns = ["arn:aws:iam::${var.account_id}:role/people"]
  security_emails  = ["security@example.com"]

  # It releases to staging as well, whose roles trust the workers' of this account (`worker_role_arns` there).
  plimsoll = {
    checkpoint_bucket         = "acme-plimsoll-checkpoints" # in an account of its own
    further_release_role_arns = [for kind in ["plan", "apply"] : "arn:aws:iam::${var.account_id}:role/plimsoll-staging-${kind}"]
  }

  break_glass_principal_arns = [
    "arn:aws:iam::${var.account_id}:user/break-glass-1",
    "arn:aws:iam::${var.account_id}:user/break-glass-2",
  ]

  state = {
    bucket         = "acme-ml-tfstate"
    key            = "production.tfstate"
    kms_key_arn    = var.state_kms_key_arn
    lock_table_arn = "arn:aws:dynamodb:eu-west-1:${var.account_id}:table/acme-ml-tflock"
  }

  audit = { lock_mode = "COMPLIANCE", retention_days = 731 }
}
