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

# By type of what belongs to them: made once, since a plan may have a thousand of each.
named[companion.type] contains companion.after.bucket if {
	some companion in lib.written
	startswith(companion.type, "aws_s3_bucket_")
}

pointed_at[companion.type] contains address if {
	some companion in lib.written
	startswith(companion.type, "aws_s3_bucket_")
	some address in companion.refersTo.bucket
}

has(bucket, type) if bucket.address in pointed_at[type]

has(bucket, type) if bucket.after.bucket in named[type]
