package plimsoll.release.deny.strategy_test

import data.plimsoll.release.deny.strategy
import data.plimsoll.release_fixture as fixture

settings := {"canary": ["*"], "blue-green": ["staging"], "all-at-once": []}

found(order) := violations if {
	violations := strategy.violations with input as object.union(fixture.model_only, {"order": order})
		with data.plimsoll.settings.strategies as settings
}

test_a_canary_is_allowed_everywhere if {
	every environment in ["staging", "production"] {
		count(found({"environment": environment, "strategy": "canary"})) == 0
	}
}

test_a_worker_that_knows_no_strategies_runs_canaries if {
	count(found({"environment": "production"})) == 0
}

test_another_strategy_is_allowed_where_the_settings_say_so if {
	count(found({"environment": "staging", "strategy": "blue-green"})) == 0
	[violation] := [one | some one in found({"environment": "production", "strategy": "blue-green"})]
	violation.code == "strategy.notAllowed"
	violation.message == "blue-green in production is not allowed"
}

test_one_that_is_named_for_nowhere_or_not_at_all_is_denied if {
	every name in ["all-at-once", "big-bang"] {
		count(found({"environment": "staging", "strategy": name})) == 1
	}
}

test_infrastructure_alone_moves_no_traffic if {
	count(found({"environment": "production", "strategy": "all-at-once", "model": null})) == 0
}
