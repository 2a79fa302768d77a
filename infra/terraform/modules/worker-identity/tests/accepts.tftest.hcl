# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name              = "plimsoll-worker"
  pods              = { cluster_arn = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production", namespace = "plimsoll", service_account = "plimsoll-worker" }
  release_role_arns = ["arn:aws:iam::111122223333:role/plimsoll-production-plan", "arn:aws:iam::111122223333:role/plimsoll-production-apply"]
  store             = { bucket = "acme-plimsoll-store" }
  ledger            = { bucket = "acme-ledger", signing_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
  checkpoint_bucket = "acme-checkpoints"
  model_buckets     = ["acme-ml-production-models"]
  change_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/1a1b2c3d"
  data_key_arns     = ["arn:aws:kms:eu-west-1:111122223333:key/2a1b2c3d"]
}

run "records_are_neither_deleted_nor_locked_otherwise" {
  command = plan

  assert {
    condition = alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : [
      for action in statement.Action : statement.Resource == ["arn:aws:s3:::acme-plimsoll-store/leases/*"]
    if can(regex("Delete|Retention|Bypass|LegalHold|Policy", action)) && startswith(action, "s3:")]]))
    error_message = "Of S3 nothing but a lease may be deleted."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this.policy, "*\"") || alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : [for arn in statement.Resource : startswith(arn, "arn:aws:s3:::acme-") || !endswith(arn, "*")]]))
    error_message = "Patterns are for objects of buckets that are named."
  }
}

run "only_the_worker_s_pods_get_it" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals == {
      "aws:RequestTag/kubernetes-namespace"       = "plimsoll"
      "aws:RequestTag/kubernetes-service-account" = "plimsoll-worker"
      "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:eu-west-1:111122223333:cluster/ml-production"
    }
    error_message = "Cluster, namespace and service account must all be asked for."
  }
}

run "what_an_installation_does_not_have_is_not_given" {
  command = plan

  assert {
    condition     = !strcontains(aws_iam_role_policy.this.policy, "TheTrail") && !strcontains(aws_iam_role_policy.this.policy, "TheCopy") && alltrue([for service in ["sqs", "guardduty", "secretsmanager", "sns"] : !strcontains(aws_iam_role_policy.this.policy, "${service}:")])
    error_message = "Without a trail, a copy, a queue, secrets and topics there is no right to any."
  }
}

run "a_queue_secrets_and_topics_are_given_by_name" {
  command = plan

  variables {
    findings_queue_arn      = "arn:aws:sqs:eu-west-1:111122223333:plimsoll-findings"
    dead_findings_queue_arn = "arn:aws:sqs:eu-west-1:111122223333:plimsoll-findings-dead"
    notice_secret_arns      = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:plimsoll/chat"]
    notice_topic_arns       = ["arn:aws:sns:eu-west-1:111122223333:approvals"]
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if contains(["HearOfFindings", "LookAtDeadFindings", "TellPeople", "TellTopics"], statement.Sid)] == [["arn:aws:sqs:eu-west-1:111122223333:plimsoll-findings"], ["arn:aws:sqs:eu-west-1:111122223333:plimsoll-findings-dead"], ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:plimsoll/chat"], ["arn:aws:sns:eu-west-1:111122223333:approvals"]]
    error_message = "One queue, these secrets and these topics."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Condition if statement.Sid == "AskForFindings"] == [{ StringEquals = { "aws:RequestedRegion" = "eu-west-1" } }]
    error_message = "GuardDuty is asked where the queue is, and nowhere else."
  }
}

run "of_the_bucket_of_the_trail_only_the_trail_is_read" {
  command = plan

  variables {
    audit_trail = { bucket = "acme-audit" }
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if strcontains(statement.Sid, "TheTrail")] == [["arn:aws:s3:::acme-audit"], ["arn:aws:s3:::acme-audit/cloudtrail/AWSLogs/*"]]
    error_message = "The trail's files may be listed and read."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Condition if statement.Sid == "FindWhatTheTrailDelivers"] == [{ StringLike = { "s3:prefix" = ["cloudtrail/AWSLogs/*"] } }]
    error_message = "What else lies in the bucket may not even be listed."
  }
}

run "of_the_bucket_of_answers_only_the_copy_is_written" {
  command = plan

  variables {
    audit_export = { bucket = "acme-audit-results" }
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource if statement.Sid == "WriteTheCopyOfTheLedger"] == [["arn:aws:s3:::acme-audit-results/events/dt=*"]]
    error_message = "The files of hours may be written, and nothing else there."
  }
}
