variable "organisation" {
  description = "First part of names that are unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,19}$", var.organisation))
    error_message = "organisation is 2 to 20 of a-z and 0-9 and begins with a letter."
  }
}

variable "environment" {
  description = "Part of every name, so it cannot change later."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.environment))
    error_message = "environment is 2 to 20 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "region" {
  description = "The region all of it is in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is the name of a region, e.g. eu-west-1."
  }
}

variable "existing" {
  description = "What the company has already; each as the module it replaces takes it."
  type = object({
    network             = optional(object({ vpc_id = string, private_subnet_ids = set(string) }))
    cluster_name        = optional(string)
    trail_bucket        = optional(string)
    detector_id         = optional(string)
    github_provider_arn = optional(string)
  })
  default = {}

  validation {
    condition     = var.existing.cluster_name == null ? true : var.existing.network != null
    error_message = "existing names the network of an existing cluster, too: a second one beside it would be of no use."
  }
}

variable "network" {
  description = "Addresses, zones by letter, and the way out (../modules/network)."
  type = object({
    cidr                = string
    zones               = list(string)
    nat                 = string
    interface_endpoints = set(string)
  })

  validation {
    condition     = alltrue([for zone in var.network.zones : can(regex("^[a-z]$", zone))])
    error_message = "network's zones are letters, e.g. [\"a\", \"b\"]: the region comes before them."
  }
}

variable "cluster" {
  description = "Version, nodes and add-ons (../modules/cluster)."
  type = object({
    kubernetes_version = string
    addons             = map(string)
    node_groups = map(object({
      instance_types = list(string)
      min            = number
      max            = number
      spot           = optional(bool, false)
      disk_gib       = optional(number, 100)
      ami_type       = optional(string, "AL2023_x86_64_STANDARD")
      labels         = optional(map(string), {})
      taints         = optional(map(string), {})
    }))
  })

  validation {
    condition     = contains(keys(var.cluster.addons), "eks-pod-identity-agent")
    error_message = "cluster's addons hold eks-pod-identity-agent: without it no pod gets its role."
  }
}

variable "services" {
  description = "Model services by name, with their team and whoever builds them."
  type = map(object({
    team         = string
    replicas_max = number
    github       = optional(object({ owner = string, owner_id = number, repository = string, repository_id = number }))
    jenkins_job  = optional(string)
  }))

  validation {
    condition     = length(var.services) > 0 && alltrue([for service in var.services : service.github != null || service.jenkins_job != null])
    error_message = "services are one or more, and each has somebody who builds it: github or jenkins_job."
  }
}

variable "access" {
  description = "What each team may do, from the data of the policies: `access.json` of an environment, which `npm run docs` writes."
  type = map(object({
    Statement = list(object({ Sid = string, Resource = list(string) }))
    cluster   = optional(object({ policy = string, namespaces = list(string) }))
  }))

  validation {
    condition = alltrue([for name, service in var.services : anytrue([
      for arn in flatten([for statement in try(var.access[service.team].Statement, []) : statement.Resource]) :
      endswith(arn, ":s3:::${var.organisation}-ml-${var.environment}-models/${name}/*")
    ])])
    error_message = "access gives the team of each service the service's models: else the policies would refuse what this makes. Name them in infra/opa/plimsoll/teams/data.json, then npm run docs."
  }
}

variable "shared_images" {
  description = "Images that no single service owns, e.g. the base of all model servers."
  type        = set(string)

  validation {
    condition     = length(var.shared_images) > 0 && alltrue([for name in var.shared_images : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", name))])
    error_message = "shared_images are one or more names of a-z and 0-9, with single ., _ or - inside."
  }
}

variable "jenkins_issuer" {
  description = "Address that Jenkins signs as. Null: no Jenkins."
  type        = string
  default     = null

  validation {
    condition     = var.jenkins_issuer == null ? true : startswith(var.jenkins_issuer, "https://")
    error_message = "jenkins_issuer is an https address."
  }
}

variable "people_role_arns" {
  description = "Roles that people of the company sign in with; a session's tag `team` says whose they are."
  type        = set(string)

  validation {
    condition     = length(var.people_role_arns) > 0
    error_message = "people_role_arns are one or more ARNs of roles."
  }
}

variable "worker_role_arns" {
  description = "Roles that Plimsoll's workers run as where it is installed elsewhere; they have to be there already."
  type        = set(string)
  default     = []

  validation {
    condition     = var.plimsoll != null || length(var.worker_role_arns) > 0
    error_message = "worker_role_arns are one or more ARNs of roles, unless `plimsoll` installs it here: nobody could release otherwise."
  }
}

variable "plimsoll" {
  description = "Plimsoll's own installation in this cluster: store, keys, and roles of its pods. Null: it is somewhere else."
  type = object({
    namespace                 = optional(string, "plimsoll")
    checkpoint_bucket         = string
    further_release_role_arns = optional(set(string), [])
    notice_secret_arns        = optional(set(string), [])
    notice_topic_arns         = optional(set(string), [])
  })
  default = null

  validation {
    condition     = var.plimsoll == null ? true : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.plimsoll.namespace)) && var.plimsoll.checkpoint_bucket != coalesce(var.existing.trail_bucket, "${var.organisation}-ml-${var.environment}-audit")
    error_message = "plimsoll has the name of a namespace, and a checkpoint_bucket that is another one than the ledger's: whoever writes records must not be able to write what was signed of them."
  }
}

variable "break_glass_principal_arns" {
  description = "IAM users with MFA for days when Plimsoll is down."
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.break_glass_principal_arns) != 1
    error_message = "break_glass_principal_arns are nobody, or two people at least: one of them will be on holiday."
  }
}

variable "security_emails" {
  description = "Who hears of findings, tampering and broken glass."
  type        = set(string)
  default     = []

  validation {
    condition     = var.security_emails != null
    error_message = "security_emails are addresses, or none ([])."
  }
}

variable "state" {
  description = "Where this platform's own state is: outputs of ../bootstrap."
  type        = object({ bucket = string, key = string, kms_key_arn = string, lock_table_arn = optional(string) })

  validation {
    condition     = endswith(var.state.key, ".tfstate")
    error_message = "state's key ends with .tfstate."
  }
}

variable "audit" {
  description = "How long evidence is kept, and how strictly (../modules/audit-trail)."
  type        = object({ lock_mode = string, retention_days = number })
  default     = { lock_mode = "COMPLIANCE", retention_days = 400 }

  validation {
    condition     = var.environment == "production" ? var.audit.lock_mode == "COMPLIANCE" : true
    error_message = "audit's lock_mode is COMPLIANCE in production: evidence that somebody can delete is none."
  }
}
