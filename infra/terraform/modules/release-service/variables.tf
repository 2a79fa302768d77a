variable "service" {
  description = "Name of the service, as the catalog spells it; also its service account, and the prefix of its models."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.service))
    error_message = "service is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "team" {
  description = "The team it belongs to."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.team))
    error_message = "team is 3 to 32 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "environment" {
  description = "The environment; with the service it makes the name of the role, of at most 64 characters."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.environment))
    error_message = "environment is 2 to 20 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "namespace" {
  description = "Namespace that the environment's models run in."
  type        = string
  default     = "models"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace)) && !startswith(var.namespace, "kube-")
    error_message = "namespace is the name of a Kubernetes namespace, and none of Kubernetes' own (kube-…)."
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

variable "partition" {
  description = "Partition of AWS that the bucket is in."
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-us-gov", "aws-cn"], var.partition)
    error_message = "partition is aws, aws-us-gov or aws-cn."
  }
}

variable "cluster_arn" {
  description = "ARN of the cluster."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.cluster_arn))
    error_message = "cluster_arn is the ARN of one EKS cluster."
  }
}

variable "replicas_max" {
  description = "Largest number of pods the service may run; reaching it raises an alarm."
  type        = number

  validation {
    condition     = var.replicas_max >= 1 && var.replicas_max <= 500 && floor(var.replicas_max) == var.replicas_max
    error_message = "replicas_max is a whole number from 1 to 500."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of the alarm. Null: it is seen in the console only."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null ? true : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn is the ARN of an SNS topic."
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

variable "permissions_boundary_arn" {
  description = "ARN of the policy that no policy of these roles can exceed. Null only where the account has none."
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
