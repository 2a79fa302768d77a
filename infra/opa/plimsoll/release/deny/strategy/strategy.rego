package plimsoll.release.deny.strategy

import data.plimsoll.lib

# METADATA
# title: Traffic moves in a way that this environment allows
# description: >-
#   What is no canary gives a new version all the traffic before anybody could compare it with the old one. A strategy or
#   an environment that the settings do not name is not allowed.
# custom:
#   code: strategy.notAllowed
#   solution: Release it as a canary (`strategy` of the service in the catalog), or let the policies' settings name the environment.
#   controls: [NIST 800-53 CM-3]
violations contains violation if {
	# Infrastructure has no traffic to move.
	input.order.model != null
	strategy := object.get(input.order, "strategy", "canary")
	not allowed(strategy)
	violation := lib.violation(rego.metadata.rule(), sprintf("%s in %s is not allowed", [strategy, input.order.environment]))
}

allowed(strategy) if {
	some environment in lib.settings.strategies[strategy]
	environment in {"*", input.order.environment}
}
