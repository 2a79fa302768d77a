# No AWS: the provider is a mock, so these run in seconds and without credentials.
mock_provider "aws" {}

variables {
  name        = "risk/fraud-scorer"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
}

run "a_tag_never_moves_and_every_push_is_scanned" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "Tags must be immutable."
  }

  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Every push must be scanned."
  }

  assert {
    condition     = !aws_ecr_repository.this.force_delete
    error_message = "A repository with images in it must not be deletable."
  }
}

run "images_are_encrypted_with_our_key" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].encryption_type == "KMS"
    error_message = "The type must be KMS."
  }

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].kms_key == var.kms_key_arn
    error_message = "The key must be the one that was given."
  }
}
