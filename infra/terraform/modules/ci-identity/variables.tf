variable "name" {
  description = "First part of every name the module makes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "github" {
  description = "GitHub Actions jobs by name. The ids are in `gh api repos/<owner>/<repository> --jq '[.owner.id, .id]'`. Either the environment or the ref that the job must run in."
  type = map(object({
    owner                = string
    owner_id             = number
    repository           = string
    repository_id        = number
    environment          = optional(string)
    ref                  = optional(string)
    push_repository_arns = set(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for job in var.github : can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,38}$", job.owner)) && can(regex("^[A-Za-z0-9._-]{1,100}$", job.repository)) && job.owner_id > 0 && job.repository_id > 0])
    error_message = "github names one owner and one repository each, with their numeric ids, and no pattern: without the ids repositories made after 2026-07-15 are refused."
  }

  validation {
    condition     = alltrue([for job in var.github : (job.environment == null) != (job.ref == null) && (job.environment == null ? true : can(regex("^[A-Za-z0-9._-]+$", job.environment))) && (job.ref == null ? true : can(regex("^refs/(heads|tags)/[A-Za-z0-9._/-]+$", job.ref)))])
    error_message = "github has either an environment (its name) or a ref (refs/heads/main) for each job, without patterns: neither would trust pull requests of anybody."
  }

  validation {
    condition     = alltrue(flatten([for job in var.github : concat([length(job.push_repository_arns) > 0], [for arn in job.push_repository_arns : can(regex("^arn:[a-z-]+:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9._/-]+$", arn))])]))
    error_message = "github's push_repository_arns are one or more ARNs of repositories, without patterns."
  }
}

variable "existing_github_provider_arn" {
  description = "GitHub's OIDC provider of this account, where there is one: a second one cannot be made. Null: it is made."
  type        = string
  default     = null

  validation {
    condition     = var.existing_github_provider_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.existing_github_provider_arn))
    error_message = "existing_github_provider_arn is the ARN of token.actions.githubusercontent.com's provider."
  }
}

variable "jenkins_issuer" {
  description = "Address that Jenkins' OpenID Connect Provider plugin signs as, e.g. https://jenkins.example.com/oidc. Null: no Jenkins."
  type        = string
  default     = null

  validation {
    condition     = var.jenkins_issuer == null ? length(var.jenkins) == 0 : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*[A-Za-z0-9])?$", var.jenkins_issuer))
    error_message = "jenkins_issuer is an https address without a slash at the end; it is needed for every job of `jenkins`."
  }
}

variable "jenkins_thumbprints" {
  description = "SHA-1 of the certificate authority of jenkins_issuer, where it is a company's own. Empty: a public one, which AWS knows."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for print in var.jenkins_thumbprints : can(regex("^[0-9a-f]{40}$", print))])
    error_message = "jenkins_thumbprints are 40 hexadecimal digits each, in lower case and without colons."
  }
}

variable "jenkins" {
  description = "Jenkins jobs by name. The subject is the job's own address, as the plugin puts it into `sub`."
  type        = map(object({ subject = string, push_repository_arns = set(string) }))
  default     = {}

  validation {
    condition     = alltrue([for job in var.jenkins : can(regex("^https://[A-Za-z0-9.:-]+/(job/[^*?]+/)+$", job.subject))])
    error_message = "jenkins has the address of one job as each subject, e.g. https://jenkins.example.com/job/fraud-scorer/, with its slash and without patterns."
  }

  validation {
    condition     = alltrue(flatten([for job in var.jenkins : concat([length(job.push_repository_arns) > 0], [for arn in job.push_repository_arns : can(regex("^arn:[a-z-]+:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9._/-]+$", arn))])]))
    error_message = "jenkins' push_repository_arns are one or more ARNs of repositories, without patterns."
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
