variable "name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "existing_name" {
  description = "A cluster that is there already. Null: one is made. With it only access entries are made."
  type        = string
  default     = null

  validation {
    condition     = var.existing_name == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.existing_name))
    error_message = "existing_name is the name of an EKS cluster, not its ARN."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes. One step at a time, and never back."
  type        = string
  default     = "1.33"

  validation {
    # Access entries and Pod Identity are older than all of these; what is older than these costs extended support.
    condition     = can(regex("^1\\.(3[2-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version is a minor version from 1.32, e.g. \"1.33\"."
  }
}

variable "subnet_ids" {
  description = "Private subnets, in two zones at least."
  type        = list(string)
  default     = []

  validation {
    condition     = var.existing_name != null || (length(var.subnet_ids) >= 2 && alltrue([for id in var.subnet_ids : can(regex("^subnet-[0-9a-f]{8,17}$", id))]))
    error_message = "subnet_ids are two or more ids of subnets (subnet-…); they may be left out with `existing_name` only."
  }
}

variable "kms_key_arn" {
  description = "Key for Kubernetes' secrets, the nodes' disks and the logs. A cluster cannot change it later."
  type        = string
  default     = null

  validation {
    condition     = var.existing_name != null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (arn:aws:kms:<region>:<account>:key/<id>), not of an alias; it may be left out with `existing_name` only."
  }
}

variable "log_retention_days" {
  description = "Days that the control plane's logs are kept, its audit log among them."
  type        = number
  default     = 400

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "node_groups" {
  description = "Groups of nodes by name."
  type = map(object({
    instance_types = list(string)
    min            = number
    max            = number
    spot           = optional(bool, false)
    disk_gib       = optional(number, 100)
    ami_type       = optional(string, "AL2023_x86_64_STANDARD")
    labels         = optional(map(string), {})
    taints         = optional(map(string), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for name, group in var.node_groups : can(regex("^[a-z][a-z0-9-]{0,30}$", name)) && length(group.instance_types) > 0])
    error_message = "node_groups have names of a-z, 0-9 and -, and at least one instance type each."
  }

  validation {
    condition     = alltrue([for group in var.node_groups : group.min >= 0 && group.max >= 1 && group.min <= group.max && group.max <= 450])
    error_message = "node_groups have a min from 0, and a max from 1 to 450 that is not below it."
  }

  validation {
    condition     = alltrue([for group in var.node_groups : group.disk_gib >= 20 && group.disk_gib <= 16384])
    error_message = "node_groups have disks of 20 to 16384 GiB: images of model servers do not fit on less."
  }
}

variable "addons" {
  description = "Version by add-on. An exact one: what was tried in staging is what production gets."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for version in values(var.addons) : can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", version))])
    error_message = "addons have exact versions, e.g. v1.19.3-eksbuild.1."
  }
}

variable "access_entries" {
  description = "Who may do what in the cluster: an IAM role, one of EKS's access policies, and the namespaces it is for (none: all of the cluster)."
  type = map(object({
    principal_arn     = string
    policy            = optional(string)
    namespaces        = optional(list(string), [])
    kubernetes_groups = optional(list(string), [])
  }))
  default = {}

  validation {
    # A user has keys that never end.
    condition     = alltrue([for entry in var.access_entries : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", entry.principal_arn))])
    error_message = "access_entries are for IAM roles (arn:aws:iam::<account>:role/<name>), not for users and not for sessions."
  }

  validation {
    condition     = alltrue([for entry in var.access_entries : entry.policy == null ? true : contains(["AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy"], entry.policy)])
    error_message = "access_entries have a policy of EKS's: AmazonEKSViewPolicy, AmazonEKSEditPolicy, AmazonEKSAdminPolicy, AmazonEKSAdminViewPolicy or AmazonEKSClusterAdminPolicy."
  }

  validation {
    condition     = alltrue([for entry in var.access_entries : entry.policy == null ? length(entry.kubernetes_groups) > 0 : contains(["AmazonEKSEditPolicy", "AmazonEKSAdminPolicy"], entry.policy) ? length(entry.namespaces) > 0 : true])
    error_message = "access_entries that change things name their namespaces, and one without a policy names Kubernetes groups: anything else is everything or nothing."
  }

  validation {
    condition     = alltrue(flatten([for entry in var.access_entries : [for group in entry.kubernetes_groups : !startswith(group, "system:")]]))
    error_message = "access_entries name no Kubernetes group that begins with `system:`: system:masters cannot be taken away again."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that no policy of the cluster's and the nodes' roles can exceed. Null only where the account has none."
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
