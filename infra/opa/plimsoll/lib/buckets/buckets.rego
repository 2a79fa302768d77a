# METADATA
# title: Buckets and what belongs to them
# description: >-
#   A bucket's versioning, encryption and the rest are resources of their own. They name their bucket, or, where its
#   name is known only once it is made, the plan says which resource they refer to.
package plimsoll.lib.buckets

import data.plimsoll.lib

created contains resource if {
	some resource in lib.written
	resource.type == "aws_s3_bucket"
	resource.action in {"create", "replace"}
}

belongs(companion, bucket) if bucket.address in companion.refersTo.bucket

belongs(companion, bucket) if companion.after.bucket == bucket.after.bucket

has(bucket, type) if {
	some companion in lib.written
	companion.type == type
	belongs(companion, bucket)
}
