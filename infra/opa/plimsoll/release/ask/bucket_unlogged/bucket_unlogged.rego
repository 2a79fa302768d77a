package plimsoll.release.ask.bucket_unlogged

import data.plimsoll.lib.buckets

# METADATA
# title: A bucket without an access log is looked at first
# description: CloudTrail's data events may record the same; a person knows whether they do.
# custom:
#   code: approval.bucketUnlogged
#   solution: Add aws_s3_bucket_logging, or ask a member of an approver group.
#   controls: [CIS AWS Foundations 3.8, NIST 800-53 AU-12, SOC 2 CC7.2]
reasons contains rego.metadata.rule().custom.code if {
	some bucket in buckets.created
	not buckets.has(bucket, "aws_s3_bucket_logging")
}
