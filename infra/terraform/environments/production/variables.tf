# Ids that differ between companies; everything else of the environment stands in main.tf, under review.

variable "account_id" {
  description = "The account this environment is in. A plan against another one is refused before anything is read."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is twelve digits."
  }
}

variable "state_kms_key_arn" {
  description = "The key of the states: output `kms_key_arn` of ../../bootstrap."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.state_kms_key_arn))
    error_message = "state_kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}
