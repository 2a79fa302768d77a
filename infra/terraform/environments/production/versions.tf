terraform {
  # 1.7 brought mock providers to `terraform test`; 1.10 the S3 lock file that roots of these modules use.
  required_version = ">= 1.10"

  # Bucket, key, region and locks come from the catalog of Plimsoll, or from -backend-config. Credentials never stand
  # here: Terraform copies whatever this block holds into every saved plan.
  backend "s3" {}

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact: what was tried is what runs.
      version = "5.100.0"
    }
  }
}
