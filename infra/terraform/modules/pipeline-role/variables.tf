variable "name" {
  description = "Name of the role."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "name is 1 to 64 of letters, digits and +=,.@_-."
  }
}

variable "trusted_service" {
  description = "The AWS service the pipeline runs on, which alone may assume the role."
  type        = string
  default     = "sagemaker.amazonaws.com"

  validation {
    condition     = contains(["sagemaker.amazonaws.com", "ecs-tasks.amazonaws.com", "pods.eks.amazonaws.com"], var.trusted_service)
    error_message = "trusted_service is sagemaker.amazonaws.com, ecs-tasks.amazonaws.com or pods.eks.amazonaws.com."
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

variable "partition" {
  description = "Partition of AWS that the bucket is in."
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-us-gov", "aws-cn"], var.partition)
    error_message = "partition is aws, aws-us-gov or aws-cn."
  }
}

variable "model_prefix" {
  description = "Keys that begin with this belong to the pipeline; it ends with `/`."
  type        = string

  validation {
    # Without the slash at the end `fraud` would also open `fraud-archive/`; an empty prefix would open everything.
    condition     = can(regex("^([A-Za-z0-9._-]+/)+$", var.model_prefix))
    error_message = "model_prefix is one or more folders and ends with `/`, e.g. `fraud-scorer/`; it holds no pattern."
  }
}

variable "log_stream_arn" {
  description = "ARN of the log stream the pipeline writes to."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:logs:[a-z0-9-]+:[0-9]{12}:log-group:[A-Za-z0-9._/#-]+:log-stream:[^:*]+$", var.log_stream_arn))
    error_message = "log_stream_arn is the ARN of one log stream, without a pattern."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the bucket."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that no policy of this role can exceed. Null only where the account has none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is the ARN of a managed policy."
  }
}

variable "max_session_hours" {
  description = "How long one training run may keep its credentials."
  type        = number
  default     = 1

  validation {
    # AWS's own bounds.
    condition     = var.max_session_hours >= 1 && var.max_session_hours <= 12 && floor(var.max_session_hours) == var.max_session_hours
    error_message = "max_session_hours is a whole number from 1 to 12."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(lower(name), "aws:")])
    error_message = "tags do not begin with `aws:`, which AWS keeps for itself."
  }
}
