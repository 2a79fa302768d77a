variable "name" {
  description = "Name of the trail, and first part of the buckets, which are unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "existing_trail_bucket" {
  description = "Bucket that an organisation's trail delivers to under cloudtrail/. Null: trail and bucket are made."
  type        = string
  default     = null

  validation {
    condition     = var.existing_trail_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.existing_trail_bucket))
    error_message = "existing_trail_bucket is the name of a bucket, not its ARN."
  }
}

variable "source_account_ids" {
  description = "Further accounts whose trails, access logs and flow logs come here."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.source_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "source_account_ids are ids of AWS accounts: twelve digits."
  }
}

variable "regions" {
  description = "Regions that auditors ask about; the trail records all of them."
  type        = set(string)

  validation {
    condition     = length(var.regions) > 0 && alltrue([for region in var.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions are one or more regions, e.g. eu-west-1."
  }
}

variable "data_event_bucket_arns" {
  description = "Buckets whose objects are recorded, each read and each write: models and the ledger."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.data_event_bucket_arns : can(regex("^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", arn))])
    error_message = "data_event_bucket_arns are ARNs of buckets (arn:aws:s3:::name), without a path."
  }
}

variable "eks_audit_location" {
  description = "Where the clusters' audit events are delivered, e.g. by a Firehose from their log group: s3://bucket/prefix/, JSON, an event a line, below yyyy/MM/dd/. Null: no table."
  type        = string
  default     = null

  validation {
    condition     = var.eks_audit_location == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^ ]*/)?$", var.eks_audit_location))
    error_message = "eks_audit_location is s3://bucket/prefix/, with the slash at its end."
  }
}

variable "ledger_prefix" {
  description = "Where in the bucket Plimsoll's ledger lies."
  type        = string
  default     = "releases/"

  validation {
    condition     = can(regex("^([A-Za-z0-9._-]+/)+$", var.ledger_prefix)) && !startswith(var.ledger_prefix, "cloudtrail/")
    error_message = "ledger_prefix is one or more folders, ends with `/` and does not begin with cloudtrail/."
  }
}

variable "lock_mode" {
  description = "COMPLIANCE: nobody deletes before time is up, root neither, and the bucket cannot be removed. GOVERNANCE where this is tried out."
  type        = string
  default     = "COMPLIANCE"

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.lock_mode)
    error_message = "lock_mode is COMPLIANCE or GOVERNANCE."
  }
}

variable "retention_days" {
  description = "Days that nothing in the bucket can be deleted."
  type        = number
  default     = 400

  validation {
    # A year and the month in which the auditors come; ten years are the most that anybody is asked for.
    condition     = var.retention_days >= 365 && var.retention_days <= 3660 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is a whole number from 365 to 3660."
  }
}

variable "query_limit_gib" {
  description = "A query that would read more than this is stopped: it forgot its day."
  type        = number
  default     = 20

  validation {
    condition     = var.query_limit_gib >= 1 && var.query_limit_gib <= 1024 && floor(var.query_limit_gib) == var.query_limit_gib
    error_message = "query_limit_gib is a whole number from 1 to 1024."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of tampering; its policy must admit events.amazonaws.com."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn is the ARN of an SNS topic."
  }
}

variable "kms_key_arn" {
  description = "ARN of the key of trail and answers; its policy must let cloudtrail.amazonaws.com use it (`services` of ../encryption-key)."
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
