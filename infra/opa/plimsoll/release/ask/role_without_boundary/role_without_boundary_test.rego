package plimsoll.release.ask.role_without_boundary_test

import data.plimsoll.release.ask.role_without_boundary
import data.plimsoll.release_fixture as fixture

reasons(after) := result if {
	result := role_without_boundary.reasons with input as fixture.changing([fixture.resource("aws_iam_role", "create", after)])
}

test_a_role_without_a_boundary_asks if {
	every after in [{}, {"permissions_boundary": null}, {"permissions_boundary": ""}] {
		reasons(after) == {"approval.roleWithoutBoundary"}
	}
}

test_a_role_with_one_does_not if {
	reasons({"permissions_boundary": "arn:aws:iam::111122223333:policy/boundary"}) == set()
}
