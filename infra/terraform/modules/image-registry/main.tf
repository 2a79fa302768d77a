# One ECR repository for the image of a model server: tags that never move, scanned on push, encrypted with a key of ours.
#
# No lifecycle policy: releases name images by digest, and an expired image is a way back that is gone.

resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false
  tags                 = var.tags

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }
}
