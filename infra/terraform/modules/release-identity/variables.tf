variable "name" {
  description = "First part of every name the module makes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "environment" {
  description = "The environment these roles are for: the tag `environment` of every session."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.environment))
    error_message = "environment is 2 to 20 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "worker_role_arns" {
  description = "Roles that Plimsoll's workers run as."
  type        = set(string)

  validation {
    condition     = length(var.worker_role_arns) > 0 && alltrue([for arn in var.worker_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "worker_role_arns are one or more ARNs of roles: not `*`, not whole accounts, not users."
  }
}

variable "state" {
  description = "Where the state of this environment is: the outputs of ../../bootstrap, and the state's own key."
  type        = object({ bucket = string, key = string, kms_key_arn = string, lock_table_arn = optional(string) })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state.bucket)) && can(regex("^[A-Za-z0-9._/-]+\\.tfstate$", var.state.key))
    error_message = "state has the name of a bucket, and a key that ends with .tfstate and holds no pattern."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.state.kms_key_arn)) && (var.state.lock_table_arn == null ? true : can(regex("^arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+$", var.state.lock_table_arn)))
    error_message = "state has the ARN of a key, not of an alias, and of a table where there is one."
  }
}

variable "secret_arns" {
  description = "Secrets that Terraform's sensitive variables come from: `secretVariables` of the catalog."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.secret_arns : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", arn))])
    error_message = "secret_arns are ARNs of secrets, without patterns."
  }
}

variable "apply_policy_arns" {
  description = "What releases may change: managed policies by a name of their own."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for arn in values(var.apply_policy_arns) : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", arn)) && !endswith(arn, "/AdministratorAccess") && !endswith(arn, "/IAMFullAccess")])
    error_message = "apply_policy_arns are ARNs of managed policies, and neither AdministratorAccess nor IAMFullAccess: whoever may write IAM may everything."
  }
}

variable "break_glass_principal_arns" {
  description = "IAM users with a device for MFA who may take over when Plimsoll is down. Empty: there is no such role."
  type        = set(string)
  default     = []

  validation {
    # AWS sees no second factor in a federated or chained session: the condition would refuse them for ever.
    condition     = alltrue([for arn in var.break_glass_principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:user/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "break_glass_principal_arns are ARNs of IAM users: AWS itself sees the second factor of a user only, never of a role's session."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of every use of break-glass; its policy must admit events.amazonaws.com."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null ? length(var.break_glass_principal_arns) == 0 : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn is the ARN of an SNS topic; with break_glass_principal_arns it is needed: glass that breaks without a sound is a door."
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
