variable "repositories" {
  description = "Names of the repositories, e.g. `risk/fraud-scorer`."
  type        = set(string)

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : length(name) >= 2 && length(name) <= 256 && can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", name))])
    error_message = "repositories are one or more names of 2 to 256 of a-z and 0-9, with single ., _ or - inside and / between parts."
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

variable "pull_account_ids" {
  description = "Other accounts whose clusters may pull. An account needs no leave for its own."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.pull_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "pull_account_ids are ids of AWS accounts: twelve digits. Whole organisations and `*` are not given pull."
  }
}

variable "enhanced_scanning" {
  description = "Scan all images of the account continuously (Amazon Inspector). True in one place per account and region only."
  type        = bool
  default     = false

  validation {
    condition     = var.enhanced_scanning != null
    error_message = "enhanced_scanning is true or false: null would quietly mean false."
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
