variable "name" {
  description = "Name of the log group, e.g. `/ml/production/pipeline`."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#-]{1,512}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "name is 1 to 512 of letters, digits, ., _, /, # and -, and does not begin with `aws/`."
  }
}

variable "retention_days" {
  description = "Days that log events are kept."
  type        = number
  default     = 365

  validation {
    # CloudWatch takes these numbers only. Under a year an auditor's question about last year has no answer, and
    # 0, for ever, is a bill that nobody decided on.
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.retention_days)
    error_message = "retention_days is one of 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the log events."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}

variable "streams" {
  description = "Log streams to make in the group, one for each kind of writer."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.streams : can(regex("^[^:*]{1,512}$", name))])
    error_message = "streams are names of 1 to 512 characters without : and *."
  }
}

variable "tags" {
  description = "Tags of the log group."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(lower(name), "aws:")])
    error_message = "tags do not begin with `aws:`, which AWS keeps for itself."
  }
}
