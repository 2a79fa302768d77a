provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = [var.account_id]
}

module "platform" {
  source = "../../platform"

  organisation = "acme"
  environment  = "staging"
  region       = "eu-west-1"

  network = {
    cidr  = "10.41.0.0/16"
    zones = ["a", "b"]
    nat   = "none"
    # Everything that nodes and model servers call; the rest of AWS is not reachable from them.
    interface_endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "guardduty-data", "kms", "logs", "sqs", "sts"]
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
      general = { instance_types = ["m7i.xlarge", "m7a.xlarge"], min = 1, max = 4 }
    }
  }

  services = {
    fraud-scorer = {
      team         = "risk"
      replicas_max = 4
      github       = { owner = "acme", owner_id = 123456, repository = "fraud-scorer", repository_id = 456789 }
    }
    churn-scorer = {
      team         = "growth"
      replicas_max = 4
      jenkins_job  = "https://jenkins.example.com/job/growth/job/churn-scorer/"
    }
  }

  # From the data that the policies judge by: `npm run docs` writes it.
  access = jsondecode(file("${path.module}/access.json"))

  shared_images    = ["model-server"]
  jenkins_issuer   = "https://jenkins.example.com/oidc"
  people_role_arns = ["arn:aws:iam::${var.account_id}:role/people"]
  worker_role_arns = [for worker in ["control", "tools", "watch"] : "arn:aws:iam::${var.account_id}:role/plimsoll-production-worker-${worker}"]
  security_emails  = ["security@example.com"]

  state = {
    bucket         = "acme-ml-tfstate"
    key            = "staging.tfstate"
    kms_key_arn    = var.state_kms_key_arn
    lock_table_arn = "arn:aws:dynamodb:eu-west-1:${var.account_id}:table/acme-ml-tflock"
  }

  audit = { lock_mode = "GOVERNANCE", retention_days = 365 }
}
