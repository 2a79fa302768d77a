provider "aws" {}

module "ml_platform" {
  source = "../../platform"

  environment            = "production"
  replicas_max           = var.replicas_max
  feature_store_password = var.feature_store_password

  # The stand-in of AWS on a laptop speaks plain HTTP. On AWS this line goes away.
  require_tls = false
}
