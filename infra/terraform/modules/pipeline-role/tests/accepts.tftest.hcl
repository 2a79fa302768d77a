# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

variables {
  name           = "ml-production-pipeline"
  bucket         = "acme-models"
  model_prefix   = "fraud-scorer/"
  log_stream_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production/pipeline:log-stream:training"
  kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "it_may_do_these_things_and_no_other" {
  command = plan

  assert {
    condition = sort(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action])) == tolist([
      "kms:Decrypt", "kms:GenerateDataKey",
      "logs:PutLogEvents",
      "s3:AbortMultipartUpload", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject",
    ])
    error_message = "The list of actions changed: a pipeline reads and publishes models, writes logs and uses a key."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Effect == "Allow"])
    error_message = "Every statement allows something narrow."
  }
}

run "it_reaches_one_prefix_one_log_stream_and_one_key" {
  command = plan

  assert {
    condition = flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource]) == [
      "arn:aws:s3:::acme-models",
      "arn:aws:s3:::acme-models/fraud-scorer/*",
      "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production/pipeline:log-stream:training",
      var.kms_key_arn,
    ]
    error_message = "The list of resources changed."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[0].Condition.StringLike["s3:prefix"] == ["fraud-scorer/*"]
    error_message = "Listing must stop at the prefix."
  }
}

run "only_the_named_service_of_this_account_may_assume_it" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "sagemaker.amazonaws.com" }
    error_message = "SageMaker is the default and nobody else is in the trust policy."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "111122223333"
    error_message = "The trust policy must name our account."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Action == ["sts:AssumeRole"]
    error_message = "Only EKS needs to tag sessions."
  }
}

run "eks_pod_identity_may_tag_its_sessions" {
  command = plan

  variables {
    trusted_service = "pods.eks.amazonaws.com"
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Action == ["sts:AssumeRole", "sts:TagSession"]
    error_message = "EKS Pod Identity fails without sts:TagSession."
  }
}

run "the_permissions_boundary_is_set" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/ml-boundary"
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::111122223333:policy/ml-boundary"
    error_message = "The boundary must be the one that was given."
  }
}

run "a_session_ends_after_an_hour" {
  command = plan

  assert {
    condition     = aws_iam_role.this.max_session_duration == 3600
    error_message = "One hour is the default."
  }
}
