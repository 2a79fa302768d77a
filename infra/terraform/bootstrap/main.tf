# What Terraform itself needs before it can keep anything: a bucket for states, a key for them, and a table for locks.
# Run once per account. Its own state begins as a file and is then moved into the bucket it made (README.md).
#
# No `prevent_destroy`: it falls silent as soon as the block is removed. The bucket is not destroyable while it holds
# versions, and the release policy denies the deletion of buckets, keys and tables.

provider "aws" {}

module "key" {
  source = "../modules/encryption-key"

  name        = "${var.name}-tfstate"
  description = "Terraform's states, which hold secrets in clear, and their locks"
  tags        = var.tags
}

# States are as confidential as models and are kept the same way: every version, encrypted, over TLS, never public.
module "states" {
  source = "../modules/model-store"

  name              = "${var.name}-tfstate"
  kms_key_arn       = module.key.arn
  access_log_bucket = var.access_log_bucket
  tags              = var.tags
}

# Terraform 1.10 and later locks by a file in the bucket; a table is for those before it, and for both at once while a
# company moves from one to the other.
resource "aws_dynamodb_table" "locks" {
  count                       = var.lock_table ? 1 : 0
  name                        = "${var.name}-tflock"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "LockID" # The one attribute that Terraform's backend asks for.
  deletion_protection_enabled = true
  tags                        = var.tags

  attribute {
    name = "LockID"
    type = "S"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = module.key.arn
  }

  point_in_time_recovery {
    enabled = true
  }
}
