# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  name        = "/ml/production/pipeline"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "log_events_are_kept_a_year_and_encrypted_with_our_key" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "A year is the default."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "The key must be the one that was given."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/ml/production/pipeline"
    error_message = "The name must be the one that was given."
  }
}

run "each_stream_is_made_in_the_group" {
  command = plan

  variables {
    streams = ["training"]
  }

  assert {
    condition     = { for name, stream in aws_cloudwatch_log_stream.this : name => stream.log_group_name } == { training = "/ml/production/pipeline" }
    error_message = "The stream must be made, in this group."
  }
}
