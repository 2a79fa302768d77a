package plimsoll.release.ask.iam_change_test

import data.plimsoll.release.ask.iam_change
import data.plimsoll.release_fixture as fixture

reasons(type, action) := result if {
	result := iam_change.reasons with input as fixture.changing([fixture.resource(type, action, {})])
}

test_every_change_of_rights_asks if {
	every action in ["create", "update", "replace", "delete", "forget"] {
		reasons("aws_iam_role_policy", action) == {"approval.iamChange"}
	}
}

test_reading_rights_and_other_changes_do_not if {
	reasons("aws_iam_role_policy", "read") == set()
	reasons("aws_sqs_queue", "create") == set()
}
