variable "name" {
  description = "First part of every name the module makes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "service" {
  description = "The model service the pipeline makes models for; they lie under `<service>/` of the bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.service))
    error_message = "service is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "bucket" {
  description = "Name of the bucket that models are published to."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket is the name of one bucket, without a path or a pattern."
  }
}

variable "trusted_service" {
  description = "The AWS service the jobs run on, which alone may assume the roles."
  type        = string
  default     = "sagemaker.amazonaws.com"

  validation {
    condition     = contains(["sagemaker.amazonaws.com", "ecs-tasks.amazonaws.com", "pods.eks.amazonaws.com"], var.trusted_service)
    error_message = "trusted_service is sagemaker.amazonaws.com, ecs-tasks.amazonaws.com or pods.eks.amazonaws.com."
  }
}

variable "log_retention_days" {
  description = "Days that the jobs' logs are kept."
  type        = number
  default     = 400

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "max_session_hours" {
  description = "How long one job may keep its credentials."
  type        = number
  default     = 1

  validation {
    condition     = var.max_session_hours >= 1 && var.max_session_hours <= 12 && floor(var.max_session_hours) == var.max_session_hours
    error_message = "max_session_hours is a whole number from 1 to 12."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts all of it."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that no policy of these roles can exceed. Null only where the account has none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is the ARN of a managed policy."
  }
}

variable "tags" {
  description = "Tags of everything the module makes."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(lower(name), "aws:")])
    error_message = "tags do not begin with `aws:`, which AWS keeps for itself."
  }
}
