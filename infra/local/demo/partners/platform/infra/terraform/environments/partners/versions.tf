terraform {
  # 1.10 brought the S3 lock file.
  required_version = ">= 1.10"

  # Bucket, key, region and locks come from the catalog of Plimsoll. Credentials never stand here: Terraform copies
  # whatever this block holds into every saved plan.
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
