package plimsoll.release.deny.bucket_unversioned

import data.plimsoll.lib
import data.plimsoll.lib.buckets

# METADATA
# title: A bucket keeps its versions
# description: A release names its model by version; what was overwritten cannot be gone back to, nor shown afterwards.
# custom:
#   code: bucket.unversioned
#   solution: Add aws_s3_bucket_versioning with status Enabled; a lifecycle rule bounds what old versions cost.
#   controls: [NIST 800-53 CP-9, SOC 2 A1.2]
#   waivable: true
violations contains violation if {
	some found in (without | suspended)
	violation := lib.violation_at(rego.metadata.rule(), found.address, found.message)
}

without contains {"address": bucket.address, "message": sprintf("%s has no versioning", [bucket.address])} if {
	some bucket in buckets.created
	not buckets.has(bucket, "aws_s3_bucket_versioning")
	not inline(bucket)
}

# The older way, in the bucket itself.
inline(bucket) if bucket.after.versioning[_].enabled

suspended contains {"address": resource.address, "message": sprintf("%s is %s", [resource.address, status])} if {
	some resource in lib.written
	resource.type == "aws_s3_bucket_versioning"
	status := resource.after.versioning_configuration[_].status
	status != "Enabled"
}
