resource "aws_ssm_parameter" "dashboard" {
  name = "/ml/production/dashboard"
  type = "SecureString"
    key_id = "alias/ml/production"
  value = "https://grafana.example.com/d/models"
}
