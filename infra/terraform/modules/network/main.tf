# A VPC whose workloads have no public address: private subnets in several zones, endpoints so that AWS is reached
# without the internet, flow logs of everything, and NAT only where it is asked for.
#
# A company that has a network gives it in `existing`: nothing is made then, and the outputs are the same.

data "aws_region" "current" {}

locals {
  make  = var.existing == null
  zones = local.make ? toset(var.availability_zones) : toset([])

  # A /20 of the /16 each: 4091 pods per zone with the VPC CNI, and room for as many public subnets beside them.
  private_cidrs = { for index, zone in var.availability_zones : zone => cidrsubnet(var.cidr, 4, index) }
  public_cidrs  = { for index, zone in var.availability_zones : zone => cidrsubnet(var.cidr, 8, 240 + index) }

  public_zones = local.make && var.nat != "none" ? local.zones : toset([])
  nat_zones    = var.nat == "per-zone" ? local.public_zones : toset(slice(sort(local.public_zones), 0, min(1, length(local.public_zones))))

  vpc_id             = local.make ? aws_vpc.this[0].id : data.aws_vpc.existing[0].id
  private_subnet_ids = local.make ? [for zone in var.availability_zones : aws_subnet.private[zone].id] : [for id in sort(var.existing.private_subnet_ids) : data.aws_subnet.existing[id].id]
}

################################################################################
# What is there already
################################################################################

data "aws_vpc" "existing" {
  count = local.make ? 0 : 1
  id    = var.existing.vpc_id

  lifecycle {
    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "The existing VPC resolves no private names: turn on DNS support and DNS hostnames, or interface endpoints are never found."
    }
  }
}

data "aws_subnet" "existing" {
  for_each = local.make ? toset([]) : toset(var.existing.private_subnet_ids)
  id       = each.key

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.existing.vpc_id && !self.map_public_ip_on_launch
      error_message = "The existing subnet is in another VPC, or gives public addresses: name private subnets of the VPC."
    }
  }
}

################################################################################
# VPC and subnets
################################################################################

# It has flow logs, which tfsec does not find behind `local.vpc_id`.
#tfsec:ignore:aws-ec2-require-vpc-flow-logs-for-all-vpcs
resource "aws_vpc" "this" {
  count                = local.make ? 1 : 0
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

# Every VPC comes with one that allows everything among its members: whoever forgets to name a group gets this, empty.
resource "aws_default_security_group" "this" {
  count   = local.make ? 1 : 0
  vpc_id  = local.vpc_id
  ingress = []
  egress  = []
  tags    = merge(var.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = local.vpc_id
  availability_zone = each.key
  cidr_block        = local.private_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${var.name}-private-${each.key}", "kubernetes.io/role/internal-elb" = "1" })
}

resource "aws_route_table" "private" {
  for_each = local.zones
  vpc_id   = local.vpc_id
  tags     = merge(var.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table_association" "private" {
  for_each       = local.zones
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

################################################################################
# The way out, where there is one
################################################################################

resource "aws_internet_gateway" "this" {
  count  = length(local.public_zones) > 0 ? 1 : 0
  vpc_id = local.vpc_id
  tags   = merge(var.tags, { Name = var.name })
}

# They hold NAT gateways and load balancers. Nothing that starts in them gets a public address by itself.
resource "aws_subnet" "public" {
  for_each          = local.public_zones
  vpc_id            = local.vpc_id
  availability_zone = each.key
  cidr_block        = local.public_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${var.name}-public-${each.key}", "kubernetes.io/role/elb" = "1" })
}

resource "aws_route_table" "public" {
  count  = length(local.public_zones) > 0 ? 1 : 0
  vpc_id = local.vpc_id
  tags   = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route" "public" {
  count                  = length(local.public_zones) > 0 ? 1 : 0
  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  for_each       = local.public_zones
  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_eip" "nat" {
  for_each = local.nat_zones
  domain   = "vpc"
  tags     = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each      = local.nat_zones
  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = merge(var.tags, { Name = "${var.name}-${each.key}" })
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route" "private" {
  for_each               = var.nat == "none" ? toset([]) : local.zones
  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[var.nat == "per-zone" ? each.key : one(local.nat_zones)].id
}

################################################################################
# AWS without the internet
################################################################################

resource "aws_vpc_endpoint" "s3" {
  count             = local.make ? 1 : 0
  vpc_id            = local.vpc_id
  service_name      = "com.amazonaws.${data.aws_region.current.name}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for zone in var.availability_zones : aws_route_table.private[zone].id]
  tags              = merge(var.tags, { Name = "${var.name}-s3" })
}

resource "aws_security_group" "endpoints" {
  count       = local.make && length(var.interface_endpoints) > 0 ? 1 : 0
  name        = "${var.name}-endpoints"
  description = "HTTPS from within the VPC to the endpoints of AWS services"
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count             = length(aws_security_group.endpoints)
  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = var.cidr
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = local.make ? var.interface_endpoints : toset([])
  vpc_id              = local.vpc_id
  service_name        = "com.amazonaws.${data.aws_region.current.name}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = local.private_subnet_ids
  security_group_ids  = [aws_security_group.endpoints[0].id]
  tags                = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

################################################################################
# Who talked to whom
################################################################################

resource "aws_flow_log" "this" {
  count                = local.make ? 1 : 0
  vpc_id               = local.vpc_id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = var.flow_log_bucket_arn
  tags                 = merge(var.tags, { Name = var.name })

  destination_options {
    file_format        = "parquet" # What Athena reads for a tenth of the price of text.
    per_hour_partition = true
  }
}
