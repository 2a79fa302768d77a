package plimsoll.release.deny.bucket_unencrypted

import data.plimsoll.lib
import data.plimsoll.lib.buckets

# METADATA
# title: A new bucket says how it is encrypted
# description: >-
#   AWS encrypts every object anyway; what is written down is under which key, and nobody has to look up a default.
# custom:
#   code: bucket.unencrypted
#   solution: Add aws_s3_bucket_server_side_encryption_configuration; with a key of yours for models, AES256 for access logs.
#   controls: [NIST 800-53 SC-28, SOC 2 CC6.7]
#   waivable: true
violations contains violation if {
	some bucket in buckets.created
	not buckets.has(bucket, "aws_s3_bucket_server_side_encryption_configuration")
	not inline(bucket)
	message := sprintf("%s has no encryption configuration", [bucket.address])
	violation := lib.violation_at(rego.metadata.rule(), bucket.address, message)
}

# The older way, in the bucket itself.
inline(bucket) if bucket.after.server_side_encryption_configuration[_].rule
