variable "name" {
  description = "Name of the VPC, and the first part of what is in it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name is 3 to 40 of a-z, 0-9 and -, begins with a letter and does not end with -."
  }
}

variable "existing" {
  description = "A VPC that is there already, with the private subnets to use. Null: one is made."
  type        = object({ vpc_id = string, private_subnet_ids = set(string) })
  default     = null

  validation {
    condition     = var.existing == null ? true : (can(regex("^vpc-[0-9a-f]{8,17}$", var.existing.vpc_id)) && length(var.existing.private_subnet_ids) >= 2 && alltrue([for id in var.existing.private_subnet_ids : can(regex("^subnet-[0-9a-f]{8,17}$", id))]))
    error_message = "existing names a VPC by id (vpc-…) and at least two of its private subnets by id (subnet-…): a cluster needs two zones."
  }
}

variable "cidr" {
  description = "Addresses of the VPC. The subnets are cut from it, so it cannot change later."
  type        = string
  default     = "10.40.0.0/16"

  validation {
    # The private ranges of RFC 1918, a whole /16: subnets are a /20 and a /24 of it.
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("^(10\\.[0-9]+|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.0\\.0/16$", var.cidr))
    error_message = "cidr is a /16 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, e.g. 10.40.0.0/16."
  }
}

variable "availability_zones" {
  description = "Zones that get a subnet each, in an order that never changes: the order gives them their addresses."
  type        = list(string)
  default     = []

  validation {
    condition     = var.existing != null || (length(var.availability_zones) >= 2 && length(var.availability_zones) <= 4 && length(distinct(var.availability_zones)) == length(var.availability_zones) && alltrue([for zone in var.availability_zones : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))]))
    error_message = "availability_zones are 2 to 4 different zones, e.g. eu-west-1a; they may be left out with `existing` only."
  }
}

variable "nat" {
  description = "How private subnets reach the internet: `none` (through endpoints only), `single` (one gateway; its zone takes all down) or `per-zone`."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "single", "per-zone"], var.nat)
    error_message = "nat is none, single or per-zone."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached through an endpoint in the VPC. The default is what a cluster without NAT needs."
  type        = set(string)
  default     = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "guardduty-data", "kms", "logs", "secretsmanager", "sqs", "sts"]

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service)) && service != "s3" && !startswith(service, "com.")])
    error_message = "interface_endpoints are short names, e.g. ecr.api, without com.amazonaws and the region; S3 has a gateway endpoint, which costs nothing."
  }
}

variable "flow_log_bucket_arn" {
  description = "Bucket that flow logs go to, with a folder if wanted; its policy must admit delivery.logs.amazonaws.com."
  type        = string
  default     = null

  validation {
    condition     = var.existing != null || can(regex("^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_./-]*)?$", var.flow_log_bucket_arn))
    error_message = "flow_log_bucket_arn is the ARN of a bucket (arn:aws:s3:::name); it may be left out with `existing` only: a VPC of ours is never without flow logs."
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
