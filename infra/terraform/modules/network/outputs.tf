output "vpc_id" {
  description = "Id of the VPC, made here or given."
  value       = local.vpc_id
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, one for each zone."
  value       = local.private_subnet_ids
}

output "cidr" {
  description = "Addresses of the VPC."
  value       = local.make ? var.cidr : data.aws_vpc.existing[0].cidr_block
}
