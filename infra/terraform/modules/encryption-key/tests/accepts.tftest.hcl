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
}

variables {
  name        = "ml/production"
  description = "Models, images and logs of production"
}

run "the_key_rotates_and_waits_before_it_is_deleted" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key must rotate by itself."
  }

  assert {
    condition     = aws_kms_key.this.deletion_window_in_days == 30
    error_message = "Deleting the key must take 30 days unless said otherwise."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/ml/production"
    error_message = "The alias must carry the name."
  }
}

run "the_policy_admits_the_account_and_nobody_else" {
  command = plan

  assert {
    condition     = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Principal] == [{ AWS = "arn:aws:iam::111122223333:root" }]
    error_message = "Without log groups only the account may be in the policy."
  }
}

run "cloudwatch_logs_may_use_the_key_for_the_named_groups_only" {
  command = plan

  variables {
    log_groups = ["/ml/production/pipeline"]
  }

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[1].Principal.Service == "logs.eu-west-1.amazonaws.com"
    error_message = "The second statement must be for CloudWatch Logs of this region."
  }

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == ["arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production/pipeline"]
    error_message = "The condition must name the log group and nothing else."
  }
}

run "services_use_the_key_for_this_account_where_aws_can_tell" {
  command = plan

  variables {
    services = ["cloudtrail.amazonaws.com", "events.amazonaws.com"]
  }

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[1].Condition.StringEquals["aws:SourceAccount"] == "111122223333"
    error_message = "CloudTrail must be held to this account."
  }

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[2].Principal.Service == "events.amazonaws.com" && !can(jsondecode(aws_kms_key.this.policy).Statement[2].Condition)
    error_message = "EventBridge must be let in without a condition that it never fulfils."
  }
}

run "nodes_disks_are_attached_by_auto_scaling_and_granted_to_aws_alone" {
  command = plan

  variables {
    node_disks = true
  }

  assert {
    condition     = [for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition if statement.Sid == "DisksOfNodesAttach"] == [{ Bool = { "kms:GrantIsForAWSResource" = "true" } }]
    error_message = "Grants must be for resources of AWS only."
  }
}
