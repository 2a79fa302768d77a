variable "team" {
  description = "Name of the team, as the catalog's services spell it; also the value of the session tag `team`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.team))
    error_message = "team is 3 to 32 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "access" {
  description = "The team's part of S3 and of the cluster, from the data of the policies: one team of what `npm run access` writes."
  type = object({
    Statement = list(object({ Sid = string, Resource = list(string) }))
    cluster   = optional(object({ policy = string, namespaces = list(string) }))
  })

  validation {
    condition     = alltrue([for arn in flatten([for statement in var.access.Statement : statement.Resource]) : can(regex("^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/([A-Za-z0-9._-]+/)*\\*)?$", arn))])
    error_message = "access names buckets and folders of buckets, without patterns but the * at a folder's end."
  }

  validation {
    condition     = var.access.cluster == null ? true : var.access.cluster.policy == "AmazonEKSViewPolicy"
    error_message = "access lets a team look into the cluster (AmazonEKSViewPolicy) and change nothing there: that is a release's."
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

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts all of it."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias."
  }
}

variable "cluster_arn" {
  description = "ARN of the cluster that the team's services run in."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.cluster_arn))
    error_message = "cluster_arn is the ARN of one EKS cluster."
  }
}

variable "trusted_role_arns" {
  description = "Roles that people of the company sign in with; only sessions tagged with the team get in."
  type        = set(string)

  validation {
    condition     = length(var.trusted_role_arns) > 0 && alltrue([for arn in var.trusted_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "trusted_role_arns are one or more ARNs of roles: not `*`, not whole accounts, not users."
  }
}

variable "boundary_extra_resource_arns" {
  description = "Further resources that roles of the team may be given, e.g. a log stream. No patterns of everything."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.boundary_extra_resource_arns : can(regex("^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:[^*]{2,}", arn))])
    error_message = "boundary_extra_resource_arns are ARNs that name something before any `*`."
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
