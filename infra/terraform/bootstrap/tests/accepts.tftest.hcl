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
  name = "acme-ml"
}

run "locks_are_encrypted_recoverable_and_not_deletable" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.locks[0].deletion_protection_enabled && aws_dynamodb_table.locks[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.locks[0].server_side_encryption[0].enabled
    error_message = "The table must be protected."
  }

  assert {
    condition     = aws_dynamodb_table.locks[0].hash_key == "LockID"
    error_message = "Terraform's backend must find its attribute."
  }
}

run "no_table_where_the_lock_file_is_enough" {
  command = plan

  variables {
    lock_table = false
  }

  assert {
    condition     = output.lock_table == null
    error_message = "There must be no table."
  }
}
