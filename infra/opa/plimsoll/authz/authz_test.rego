package plimsoll.authz_test

import data.plimsoll.authz

resource := {"service": "fraud-scorer", "environment": "production", "team": "risk", "approverGroups": ["ml-owners", "sre"]}

human(groups) := {"subject": "ana", "kind": "human", "groups": groups, "mfa": true, "authenticatedAt": 0}

machine(groups) := object.union(human(groups), {"subject": "ci", "kind": "machine"})

decide(caller, action) := result if {
	result := authz.decision with input as {"caller": caller, "action": action, "resource": resource}
}

allowed(caller, action) if decide(caller, action).allow

reads := ["release.read", "service.read"]

team_acts := ["release.start", "release.hold", "release.resume", "release.abort", "release.skipUndo", "rollback.start"]

test_those_who_have_to_do_with_a_service_read_it if {
	every group in ["risk", "sre", "ml-owners", "data-owners", "audit"] {
		every action in reads {
			allowed(human([group]), action)
		}
	}
}

test_a_stranger_reads_nothing if {
	every caller in [human(["fraud"]), human([]), machine(["fraud"])] {
		every action in reads {
			not allowed(caller, action)
		}
	}
}

test_the_team_and_the_people_on_call_act if {
	every group in ["risk", "sre"] {
		every action in team_acts {
			allowed(human([group]), action)
		}
	}
}

test_auditors_and_model_owners_do_not_act if {
	every group in ["audit", "ml-owners"] {
		every action in team_acts {
			not allowed(human([group]), action)
		}
	}
}

test_only_approver_groups_and_data_owners_approve if {
	allowed(human(["data-owners"]), "release.approve")
	allowed(human(["ml-owners"]), "release.approve")
	allowed(human(["sre"]), "release.approve")
	not allowed(human(["risk", "audit"]), "release.approve")
}

test_who_may_approve_may_withdraw if {
	allowed(human(["ml-owners"]), "release.withdraw")
	not allowed(human(["risk", "audit"]), "release.withdraw")
	not allowed(machine(["sre"]), "release.withdraw")
}

test_a_machine_never_approves if {
	every group in ["risk", "ml-owners", "sre"] {
		not allowed(machine([group]), "release.approve")
	}
	decide(machine(["sre"]), "release.approve").reason == "release.approve is not for a machine"
}

test_a_machine_of_the_team_starts_reads_and_aborts if {
	every action in ["release.start", "release.read", "service.read", "release.abort"] {
		allowed(machine(["risk"]), action)
		not allowed(machine(["sre", "audit"]), action)
	}
	every action in ["release.hold", "release.resume", "release.skipUndo", "rollback.start"] {
		not allowed(machine(["risk"]), action)
	}
}

test_only_people_ask_to_pass_a_freeze if {
	every group in ["risk", "sre"] {
		allowed(human([group]), "release.override")
		not allowed(machine([group]), "release.override")
	}
	not allowed(human(["ml-owners", "audit"]), "release.override")
}

test_who_could_ask_or_approve_looks_ahead if {
	every group in ["risk", "sre", "ml-owners"] {
		allowed(human([group]), "release.preview")
	}
	not allowed(human(["audit"]), "release.preview")
	allowed(machine(["risk"]), "release.preview")
	not allowed(machine(["sre"]), "release.preview")
}

test_a_build_of_what_is_not_merged_looks_ahead_and_does_nothing_else if {
	allowed(machine(["risk/previews"]), "release.preview")
	not allowed(machine(["growth/previews"]), "release.preview")
	not allowed(human(["risk/previews"]), "release.preview")
	every action in object.keys(data.plimsoll.settings.permissions) - {"release.preview"} {
		not allowed(machine(["risk/previews"]), action)
	}
}

test_those_on_call_and_approvers_stop_and_resume_a_line if {
	every action in ["line.stop", "line.resume"] {
		allowed(human(["sre"]), action)
		allowed(human(["ml-owners"]), action)
		not allowed(human(["risk", "audit"]), action)
		not allowed(machine(["sre"]), action)
	}
}

test_an_action_nobody_knows_is_nobodys if {
	decide(human(["risk", "sre"]), "release.delete") == {
		"allow": false,
		"code": "caller.forbidden",
		"reason": "release.delete is not for a human",
	}
}

test_a_denial_names_who_could if {
	decide(human(["fraud"]), "release.approve") == {
		"allow": false,
		"code": "caller.forbidden",
		"reason": "release.approve of fraud-scorer in production is for members of data-owners, ml-owners, sre",
	}
}

test_an_allowance_says_why if {
	decide(human(["risk", "chess"]), "release.start") == {"allow": true, "code": "caller.allowed", "reason": "ana is in risk"}
}

malformed(question) if {
	decision := authz.decision with input as question
	decision.allow == false
	decision.code == "input.malformed"
}

test_no_question_is_denied if {
	authz.decision.code == "input.malformed"
}

test_a_question_of_another_shape_is_denied if {
	question := {"caller": human(["sre"]), "action": "release.read", "resource": resource}
	every wrong in [null, 1, "allow", [], {}] {
		malformed(wrong)
	}
	every member in object.keys(question) {
		malformed(object.remove(question, [member]))
	}
	malformed(object.union(question, {"caller": {"subject": ""}}))
	malformed(object.union(question, {"caller": {"groups": "sre"}}))
	malformed(object.union(question, {"caller": {"kind": "ghost"}}))
}

test_whoever_looks_after_the_installation_settles_notices_and_auditors_read_them if {
	every group in ["sre", "platform"] {
		allowed(human([group]), "notice.read")
		allowed(human([group]), "notice.settle")
	}
	allowed(human(["audit"]), "notice.read")
	not allowed(human(["audit", "risk", "ml-owners"]), "notice.settle")
	not allowed(machine(["sre", "platform"]), "notice.settle")
}

test_the_installation_is_for_the_platform_team_alone if {
	allowed(human(["platform"]), "installation.read")
	not allowed(human(["risk", "sre", "ml-owners", "audit", "data-owners"]), "installation.read")
	not allowed(machine(["platform"]), "installation.read")
}
