package plimsoll.release.ask.data_owner_test

import data.plimsoll.release
import data.plimsoll.release.ask.data_owner
import data.plimsoll.release_fixture as fixture

removing(type) := fixture.changing([fixture.resource(type, "delete", null)])

test_what_holds_data_goes_with_its_owners_word if {
	every type in ["aws_s3_bucket", "aws_kms_key", "aws_db_instance"] {
		data_owner.reasons == {"approval.dataOwner"} with input as removing(type)
		data_owner.seats == {{"groups": ["data-owners"], "count": 1}} with input as removing(type)
	}
}

test_other_things_go_without if {
	data_owner.reasons == set() with input as removing("aws_sqs_queue")
	data_owner.seats == set() with input as removing("aws_sqs_queue")
}

test_the_decision_has_a_seat_for_them if {
	decision := release.decision with input as removing("aws_s3_bucket")
	decision.kind == "approval needed"
	decision.seats == [{"groups": ["data-owners"], "count": 1}]
}
