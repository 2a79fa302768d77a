variable "name" {
  description = "Name of the key's alias, without `alias/`."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9/_-]{0,127}$", var.name)) && !startswith(var.name, "aws/")
    error_message = "name is 1 to 128 of a-z, 0-9, /, _ and -, without `alias/`; `aws/` belongs to AWS."
  }
}

variable "description" {
  description = "What the key protects, for whoever finds it in the console."
  type        = string

  validation {
    condition     = length(var.description) >= 10 && length(var.description) <= 8192
    error_message = "description says in 10 to 8192 characters what the key protects."
  }
}

variable "log_groups" {
  description = "Names of the CloudWatch log groups of this account and region that may be encrypted with the key. No patterns."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.log_groups : can(regex("^[A-Za-z0-9._/#-]{1,512}$", name))])
    error_message = "log_groups are whole names of log groups: a pattern such as `*` would admit groups that nobody named."
  }
}

variable "services" {
  description = "AWS services that use the key for what they deliver: events and alarms to encrypted queues and topics, trails and flow logs to encrypted buckets."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.services : contains(["cloudtrail.amazonaws.com", "cloudwatch.amazonaws.com", "delivery.logs.amazonaws.com", "events.amazonaws.com"], service)])
    error_message = "services are cloudtrail.amazonaws.com, cloudwatch.amazonaws.com, delivery.logs.amazonaws.com and events.amazonaws.com; CloudWatch Logs comes with log_groups."
  }
}

variable "node_disks" {
  description = "Let EC2 Auto Scaling use the key for the disks of nodes that it starts. Its service-linked role has to be there: `aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com`."
  type        = bool
  default     = false

  validation {
    condition     = var.node_disks != null
    error_message = "node_disks is true or false: null would quietly mean false, and nodes with encrypted disks would end as they start."
  }
}

variable "deletion_window_days" {
  description = "Days between asking for the key's deletion and losing everything it encrypted."
  type        = number
  default     = 30

  validation {
    # AWS allows 7, which is one holiday; a lost key cannot be bought back.
    condition     = var.deletion_window_days >= 14 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days is a whole number from 14 to 30."
  }
}

variable "tags" {
  description = "Tags of the key."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(lower(name), "aws:")])
    error_message = "tags do not begin with `aws:`, which AWS keeps for itself."
  }
}
