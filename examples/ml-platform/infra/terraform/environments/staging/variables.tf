variable "replicas_max" {
  description = "Largest number of pods the service may run here."
  type        = number
  default     = 4

  validation {
    condition     = var.replicas_max >= 1 && var.replicas_max <= 50 && floor(var.replicas_max) == var.replicas_max
    error_message = "replicas_max is a whole number from 1 to 50."
  }
}

variable "feature_store_password" {
  description = "Password of the feature store. Plimsoll reads it from Secrets Manager; a release request that names it is refused."
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.feature_store_password) >= 16
    error_message = "feature_store_password has at least 16 characters."
  }
}
