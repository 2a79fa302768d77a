"""SQS: what a queue is told stays, and its redrive policy comes back as AWS gives it, without spaces.

moto drops a queue's policy whenever another attribute is set. Terraform would wait for a policy that never comes, and
compares the texts of redrive policies: it would update the queue at every plan.
"""

import json

from moto.sqs.models import Queue


def extend():
    attributes, set_attributes = Queue.attributes.fget, Queue._set_attributes

    def compact(self):
        given = attributes(self)
        if self.redrive_policy:
            given["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return given

    def keeping_the_policy(self, given, now=None):
        set_attributes(self, given if "Policy" in given else {**given, "Policy": self.policy}, now)

    Queue.attributes = property(compact)
    Queue._set_attributes = keeping_the_policy
