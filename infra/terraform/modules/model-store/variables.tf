variable "name" {
  description = "Name of the bucket. Unique in all of AWS, and part of every artifact's address, so it cannot change later."
  type        = string

  validation {
    # No dots: they break the TLS certificate of virtual-hosted addresses.
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name is 3 to 63 of a-z, 0-9 and -, and begins and ends with a letter or digit."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the artifacts."
  type        = string

  validation {
    # An alias would be resolved in the account of whoever writes an object, not in ours.
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}

variable "require_tls" {
  description = "Refuse requests that do not come over TLS. False only where there is no TLS at all: the local stand-in of AWS speaks plain HTTP and would refuse every read."
  type        = bool
  default     = true

  validation {
    condition     = var.require_tls != null
    error_message = "require_tls is true or false: null would quietly mean false."
  }
}

variable "access_log_bucket" {
  description = "Bucket that S3 writes access logs to; its policy must admit logging.s3.amazonaws.com. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.access_log_bucket == null || (can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_log_bucket)) && var.access_log_bucket != var.name)
    error_message = "access_log_bucket is the name of another bucket: a bucket that logs into itself grows without end."
  }
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(lower(name), "aws:")])
    error_message = "tags do not begin with `aws:`, which AWS keeps for itself."
  }
}
