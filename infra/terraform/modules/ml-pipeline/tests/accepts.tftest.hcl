# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  # The child module takes the ARN of a whole log stream and nothing else.
  mock_resource "aws_cloudwatch_log_stream" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/ml/production:log-stream:training" }
    override_during = plan
  }
}

variables {
  name        = "ml-production-fraud"
  service     = "fraud-scorer"
  bucket      = "acme-models"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "a_batch_reads_models_and_writes_predictions_only" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.batch_reads_models.policy).Statement[0].Action == ["s3:GetObject", "s3:GetObjectVersion"] && module.logs.name == "/ml/ml-production-fraud"
    error_message = "What is added for a batch must read only."
  }
}
