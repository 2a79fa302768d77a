package plimsoll.release.deny.protected_destroyed_test

import data.plimsoll.release.deny.protected_destroyed
import data.plimsoll.release_fixture as fixture

denied(question) if count(protected_destroyed.violations) == 1 with input as question

test_what_holds_data_is_not_destroyed_in_production if {
	every type in ["aws_kms_key", "aws_s3_bucket", "aws_dynamodb_table", "aws_ecr_repository", "aws_db_instance", "aws_rds_cluster", "aws_eks_cluster"] {
		every action in ["delete", "replace"] {
			denied(fixture.in_production(fixture.changing([fixture.resource(type, action, null)])))
		}
	}
}

test_outside_production_it_may_go if {
	not denied(fixture.changing([fixture.resource("aws_kms_key", "delete", null)]))
}

test_other_types_and_other_actions_pass if {
	not denied(fixture.in_production(fixture.changing([fixture.resource("aws_s3_bucket_policy", "delete", null)])))
	not denied(fixture.in_production(fixture.changing([fixture.resource("aws_s3_bucket", "update", {})])))
}
