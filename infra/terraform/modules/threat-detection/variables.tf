variable "name" {
  description = "First part of every name the module makes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "existing_detector_id" {
  description = "The region's detector, where there is one. Null: it is made, with S3, EKS audit, malware and runtime protection."
  type        = string
  default     = null

  validation {
    condition     = var.existing_detector_id == null ? true : can(regex("^[0-9a-f]{32}$", var.existing_detector_id))
    error_message = "existing_detector_id is 32 hexadecimal digits: `aws guardduty list-detectors` shows it."
  }
}

variable "minimum_severity" {
  description = "Findings from here on are acted upon: 4 is medium, 7 high."
  type        = number
  default     = 4

  validation {
    condition     = var.minimum_severity >= 1 && var.minimum_severity <= 7
    error_message = "minimum_severity is 1 to 7: above it a high finding would reach nobody."
  }
}

variable "security_emails" {
  description = "Addresses that hear of every finding. Each confirms once."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.security_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", address))])
    error_message = "security_emails are e-mail addresses."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key of queue and topic; its policy must let events.amazonaws.com and cloudwatch.amazonaws.com use it (`services` of ../encryption-key)."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
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
