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

  mock_resource "aws_cloudwatch_log_stream" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production/fraud-scorer:log-stream:serving" }
    override_during = plan
  }
}


variables {
  service      = "fraud-scorer"
  team         = "risk"
  environment  = "production"
  bucket       = "acme-models"
  cluster_arn  = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production"
  replicas_max = 12
  kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "pods_of_the_service_read_its_models_and_nothing_else" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[0].Resource == ["arn:aws:s3:::acme-models/fraud-scorer/*"] && !strcontains(aws_iam_role_policy.this.policy, "Put\"") && !strcontains(aws_iam_role_policy.this.policy, "Delete")
    error_message = "Its own models, to read."
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals == {
      "aws:RequestTag/kubernetes-namespace"       = "models"
      "aws:RequestTag/kubernetes-service-account" = "fraud-scorer"
      "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production"
    }
    error_message = "Only pods with its service account, in its namespace and cluster, may have the role."
  }

  assert {
    condition     = aws_eks_pod_identity_association.this.cluster_name == "ml-production" && aws_eks_pod_identity_association.this.service_account == "fraud-scorer"
    error_message = "EKS must hand the role to the service."
  }
}

run "the_alarm_is_heard_where_somebody_listens" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:eu-west-1:111122223333:oncall"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.at_replica_limit.threshold == 12 && aws_cloudwatch_metric_alarm.at_replica_limit.alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:oncall"])
    error_message = "At the limit, and to the topic."
  }
}
