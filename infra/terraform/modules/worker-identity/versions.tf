terraform {
  # 1.7 brought mock providers to `terraform test`; 1.10 the S3 lock file that roots of these modules use.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Tried with 5.100. Version 6 renames attributes that these modules read.
      version = ">= 5.100, < 6.0"
    }
  }
}
