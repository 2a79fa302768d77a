variable "name" {
  description = "Name of the role."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}[a-z0-9]$", var.name))
    error_message = "name is 3 to 64 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "pods" {
  description = "Whose pods get the role: those of one service account of one cluster."
  type        = object({ cluster_arn = string, namespace = string, service_account = string })

  validation {
    condition     = can(regex("^arn:[a-z-]+:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.pods.cluster_arn)) && alltrue([for name in [var.pods.namespace, var.pods.service_account] : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "pods has the ARN of one EKS cluster, a namespace and a service account: no patterns."
  }
}

variable "release_role_arns" {
  description = "Roles that releases run as: planRole and applyRole of each environment."
  type        = set(string)

  validation {
    condition     = length(var.release_role_arns) > 0 && alltrue([for arn in var.release_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "release_role_arns are one or more ARNs of roles, without patterns: what this role may become is what it may do."
  }
}

variable "store" {
  description = "PLIMSOLL_STORE_BUCKET: archives, plans and reports."
  type        = object({ bucket = string })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.store.bucket))
    error_message = "store has the name of a bucket, not its ARN."
  }
}

variable "ledger" {
  description = "PLIMSOLL_LEDGER_BUCKET, and the key that signs (PLIMSOLL_LEDGER_KEY)."
  type        = object({ bucket = string, signing_key_arn = string })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.ledger.bucket)) && can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.ledger.signing_key_arn))
    error_message = "ledger has the name of a bucket and the ARN of a key, not of an alias."
  }
}

variable "checkpoint_bucket" {
  description = "PLIMSOLL_CHECKPOINT_BUCKET; in production of another account, whose bucket policy has to admit this role."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.checkpoint_bucket))
    error_message = "checkpoint_bucket is the name of a bucket, not its ARN."
  }
}

variable "model_buckets" {
  description = "Buckets that models are released from."
  type        = set(string)

  validation {
    condition     = length(var.model_buckets) > 0 && alltrue([for name in var.model_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))])
    error_message = "model_buckets are one or more names of buckets, without patterns."
  }
}

variable "change_key_arn" {
  description = "PLIMSOLL_CHANGE_KEY: a KMS key of kind HMAC_256."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.change_key_arn))
    error_message = "change_key_arn is the ARN of a key, not of an alias."
  }
}

variable "data_key_arns" {
  description = "KMS keys that encrypt the buckets, the trail and the queue: PLIMSOLL_STORE_KEY among them."
  type        = set(string)

  validation {
    condition     = length(var.data_key_arns) > 0 && alltrue([for arn in var.data_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "data_key_arns are one or more ARNs of keys, not of aliases."
  }
}

variable "audit_trail" {
  description = "PLIMSOLL_AUDIT_TRAIL: bucket of ../audit-trail, and the folder that the trail delivers to; its key is one of data_key_arns. Null: nobody reads it."
  type        = object({ bucket = string, prefix = optional(string, "cloudtrail/") })
  default     = null

  validation {
    condition     = var.audit_trail == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.audit_trail.bucket)) && can(regex("^([A-Za-z0-9._-]+/)*$", var.audit_trail.prefix))
    error_message = "audit_trail has the name of a bucket, not its ARN, and a prefix of folders that is empty or ends with `/`."
  }
}

variable "audit_export" {
  description = "PLIMSOLL_AUDIT_EXPORT: where Athena reads the copy of the ledger, events_location of ../audit-trail; its key is one of data_key_arns. Null: nobody exports by itself."
  type        = object({ bucket = string, prefix = optional(string, "events/") })
  default     = null

  validation {
    condition     = var.audit_export == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.audit_export.bucket)) && can(regex("^([A-Za-z0-9._-]+/)*$", var.audit_export.prefix))
    error_message = "audit_export has the name of a bucket, not its ARN, and a prefix of folders that is empty or ends with `/`."
  }
}

variable "findings_queue_arn" {
  description = "Queue of GuardDuty's findings: output of ../threat-detection; what GuardDuty has in its region may be listed, too. Null: nobody reads any."
  type        = string
  default     = null

  validation {
    condition     = var.findings_queue_arn == null ? true : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", var.findings_queue_arn))
    error_message = "findings_queue_arn is the ARN of one SQS queue."
  }
}

variable "dead_findings_queue_arn" {
  description = "Its dead-letter queue: output of ../threat-detection. Null: nobody lists what lies there."
  type        = string
  default     = null

  validation {
    condition     = var.dead_findings_queue_arn == null ? true : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", var.dead_findings_queue_arn))
    error_message = "dead_findings_queue_arn is the ARN of one SQS queue."
  }
}

variable "notice_secret_arns" {
  description = "Secrets that `notices` of the catalog name."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notice_secret_arns : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", arn))])
    error_message = "notice_secret_arns are ARNs of secrets, without patterns."
  }
}

variable "notice_topic_arns" {
  description = "Topics that `notices` of the catalog name; an encrypted one's key is among data_key_arns."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.notice_topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "notice_topic_arns are ARNs of standard SNS topics, without patterns."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that no policy of this role can exceed. Null only where the account has none."
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
