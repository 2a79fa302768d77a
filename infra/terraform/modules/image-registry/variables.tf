variable "name" {
  description = "Name of the repository, e.g. `risk/fraud-scorer`. Part of every image's address, so it cannot change later."
  type        = string

  validation {
    condition     = length(var.name) >= 2 && length(var.name) <= 256 && can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", var.name))
    error_message = "name is 2 to 256 of a-z and 0-9, with single ., _ or - inside and / between parts."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the images. A repository cannot change its key later: another key means another repository."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}

variable "tags" {
  description = "Tags of the repository."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(lower(name), "aws:")])
    error_message = "tags do not begin with `aws:`, which AWS keeps for itself."
  }
}
