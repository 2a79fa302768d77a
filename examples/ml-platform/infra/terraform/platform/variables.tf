variable "organisation" {
  description = "First part of names that are unique in all of AWS."
  type        = string
  default     = "acme"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,19}$", var.organisation))
    error_message = "organisation is 2 to 20 of a-z and 0-9 and begins with a letter."
  }
}

variable "environment" {
  description = "Part of every name, so it cannot change later."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production."
  }
}

variable "service" {
  description = "The model service this platform serves; its models lie under this prefix."
  type        = string
  default     = "fraud-scorer"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.service))
    error_message = "service is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "replicas_max" {
  description = "Largest number of pods the service may run; reaching it raises an alarm."
  type        = number

  validation {
    # 50 is what the cluster's node group holds.
    condition     = var.replicas_max >= 1 && var.replicas_max <= 50 && floor(var.replicas_max) == var.replicas_max
    error_message = "replicas_max is a whole number from 1 to 50."
  }
}

variable "feature_store_password" {
  description = "Password of the feature store. Comes from Secrets Manager; never from a release request."
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.feature_store_password) >= 16
    error_message = "feature_store_password has at least 16 characters."
  }
}

variable "require_tls" {
  description = "False on the local stand-in of AWS only, see the model-store module."
  type        = bool
  default     = true

  validation {
    condition     = var.require_tls != null
    error_message = "require_tls is true or false."
  }
}
