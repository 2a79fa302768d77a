provider "aws" {}

# Partners' builds push here.
resource "aws_ecr_repository" "partner_images" {
  name = "partners/fraud-scorer"

  # "Their nightly build still overwrites its tag."
  image_tag_mutability = "MUTABLE"

  encryption_configuration {
    encryption_type = "KMS"
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}
