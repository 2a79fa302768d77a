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

  mock_resource "aws_s3_bucket" {
    defaults        = { arn = "arn:aws:s3:::bucket" }
    override_during = plan
  }
}


variables {
  name                   = "acme-ml"
  regions                = ["eu-west-1"]
  kms_key_arn            = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
  alarm_topic_arn        = "arn:aws:sns:eu-west-1:111122223333:security"
  data_event_bucket_arns = ["arn:aws:s3:::acme-models"]
}

run "nothing_in_the_bucket_can_be_changed_or_deleted" {
  command = plan

  assert {
    condition     = one(one(aws_s3_bucket_object_lock_configuration.audit[0].rule).default_retention).mode == "COMPLIANCE" && one(one(aws_s3_bucket_object_lock_configuration.audit[0].rule).default_retention).days == 400
    error_message = "The lock must hold for everybody."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.audit[0].policy).Statement : length(setintersection(statement.Action, ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"])) == 3 && statement.Effect == "Deny" && statement.Principal == "*" if statement.Sid == "NobodyDeletes"])
    error_message = "Deleting must be denied to everybody."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.audit[0].policy).Statement : statement.Effect == "Deny" && statement.Action == "s3:PutObject" && endswith(statement.Resource, "/releases/*") && statement.Condition.Null["s3:if-none-match"] == "true" if statement.Sid == "LedgerRecordsAreWrittenOnce"])
    error_message = "A record without if-none-match must be denied."
  }
}

run "the_trail_sees_every_region_and_every_object_of_models" {
  command = plan

  assert {
    condition     = aws_cloudtrail.this[0].is_multi_region_trail && aws_cloudtrail.this[0].enable_log_file_validation && aws_cloudtrail.this[0].include_global_service_events
    error_message = "All regions, with digests."
  }

  assert {
    condition     = anytrue(flatten([for selector in aws_cloudtrail.this[0].advanced_event_selector : [for field in selector.field_selector : field.starts_with == tolist(["arn:aws:s3:::acme-models/"]) if field.field == "resources.ARN"]]))
    error_message = "Objects of the bucket must be recorded."
  }

  assert {
    condition     = contains(jsondecode(aws_cloudwatch_event_rule.tampering.event_pattern).detail.eventName, "StopLogging") && aws_cloudwatch_event_target.tampering.arn == var.alarm_topic_arn
    error_message = "Tampering must be heard."
  }
}

run "questions_are_bounded_and_their_answers_encrypted" {
  command = plan

  assert {
    condition     = aws_athena_workgroup.audit.configuration[0].enforce_workgroup_configuration && aws_athena_workgroup.audit.configuration[0].bytes_scanned_cutoff_per_query == 20 * 1024 * 1024 * 1024
    error_message = "The workgroup must bind whoever asks."
  }

  assert {
    condition     = alltrue([for name, table in aws_glue_catalog_table.this : table.parameters["projection.enabled"] == "true" if name != "access_logs"]) && strcontains(aws_glue_catalog_table.this["cloudtrail"].parameters["storage.location.template"], "$${account}/CloudTrail/$${region}/$${dt}/")
    error_message = "Partitions must be computed."
  }

  assert {
    condition     = length(aws_athena_named_query.this) == length(fileset("questions", "*.sql")) - 1 && alltrue([for name, query in aws_athena_named_query.this : strcontains(query.query, "?") && strcontains(query.description, "Parameters: ")])
    error_message = "Every question must be cut down by a parameter, and say which."
  }

  assert {
    condition     = !contains(keys(aws_glue_catalog_table.this), "eks_audit") && contains([for column in aws_glue_catalog_table.this["cloudtrail"].storage_descriptor[0].columns : column.name], "useridentity")
    error_message = "Columns are in lower case, and what is delivered nowhere has no table."
  }
}

run "audit_events_of_clusters_are_asked_where_they_are_delivered" {
  command = plan

  variables {
    eks_audit_location = "s3://acme-eks-audit/events/"
  }

  assert {
    condition     = aws_glue_catalog_table.this["eks_audit"].parameters["storage.location.template"] == "s3://acme-eks-audit/events/$${dt}/" && contains(keys(aws_athena_named_query.this), "cluster-changes-without-a-release")
    error_message = "The table must read where the events are, and be asked."
  }
}

run "a_trail_that_is_there_is_asked_and_not_made_again" {
  command = plan

  variables {
    existing_trail_bucket = "acme-organisation-trail"
  }

  assert {
    condition     = length(aws_cloudtrail.this) == 0 && length(aws_s3_bucket.audit) == 0 && output.bucket == "acme-organisation-trail" && output.trail_arn == null
    error_message = "Neither trail nor bucket may be made."
  }
}
