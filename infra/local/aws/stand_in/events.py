"""EventBridge: rules whose target is an SNS topic. moto ends in an error there, also for the rule's other targets."""

import copy
import json

from moto.events.models import Rule
from moto.sns.models import sns_backends
from moto.utilities.arns import parse_arn


def extend():
    send = Rule.send_to_targets

    def send_to_topics_too(self, original_event, *arguments, **named):
        if self.event_pattern.matches_event(original_event):
            for topic in _topics(self):
                arn = parse_arn(topic["Arn"])
                sns_backends[arn.account][arn.region].get_topic(topic["Arn"]).publish(json.dumps(original_event))
        others = copy.copy(self)
        others.targets = [target for target in self.targets if target not in _topics(self)]
        send(others, original_event, *arguments, **named)

    Rule.send_to_targets = send_to_topics_too


def _topics(rule):
    return [target for target in rule.targets if parse_arn(target["Arn"]).service == "sns"]
