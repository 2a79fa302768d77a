# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  name        = "acme-models"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "every_version_is_kept" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket must be versioned."
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "A bucket with models in it must not be destroyable."
  }
}

run "artifacts_are_encrypted_with_our_key" {
  command = plan

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The algorithm must be aws:kms."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "The key must be the one that was given."
  }
}

run "nothing_of_it_is_public" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "All four public access blocks must be on."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access control lists must be off."
  }
}

run "tls_is_required_unless_said_otherwise" {
  command = plan

  assert {
    condition     = length(aws_s3_bucket_policy.this) == 1
    error_message = "The policy that denies plain HTTP must be there."
  }
}

run "tls_may_be_left_out_for_a_stand_in_without_it" {
  command = plan

  variables {
    require_tls = false
  }

  assert {
    condition     = length(aws_s3_bucket_policy.this) == 0
    error_message = "No policy must be left."
  }
}

run "access_is_logged_under_the_bucket_s_own_name" {
  command = plan

  variables {
    access_log_bucket = "acme-access-logs"
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_prefix == "acme-models/"
    error_message = "Log objects must lie under the name of the bucket they are about."
  }
}
