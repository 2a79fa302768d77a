variable "name" {
  description = "First part of the names of bucket, table and key; unique in all of AWS, e.g. `acme-ml`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "lock_table" {
  description = "Make a DynamoDB table for locks. Plimsoll uses it together with the lock file; false where everything that touches the states is Terraform 1.10 or later."
  type        = bool
  default     = true

  validation {
    condition     = var.lock_table != null
    error_message = "lock_table is true or false: null would quietly mean false, and nothing would lock for older Terraforms."
  }
}

variable "access_log_bucket" {
  description = "Bucket that S3 writes access logs to; its policy must admit logging.s3.amazonaws.com. Null: none yet, since the audit trail comes after this."
  type        = string
  default     = null

  validation {
    condition     = var.access_log_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_log_bucket))
    error_message = "access_log_bucket is the name of a bucket, not its ARN."
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
