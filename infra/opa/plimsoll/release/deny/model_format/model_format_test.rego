package plimsoll.release.deny.model_format_test

import data.plimsoll.release.deny.model_format
import data.plimsoll.release_fixture as fixture

found(rule) := result if {
	finding := object.union(fixture.finding("medium"), {"tool": "modelscan", "rule": rule, "address": "s3://models/m.pkl"})
	question := object.union(fixture.model_only, {"reports": [object.union(fixture.reporting("medium"), {"findings": [finding]})]})
	result := {violation.message | some violation in model_format.violations} with input as question
}

test_a_pickle_is_denied_whatever_its_severity if {
	found("PickleFormat") == {"s3://models/m.pkl is a pickle, which runs code when it is loaded"}
}

test_other_findings_are_other_rules if {
	found("SkopsUnknownType") == set()
}
