"""SQS: a queue's redrive policy as AWS gives it back, without spaces.

Terraform compares the texts; it would update the queue at every plan, and drop the queue's policy on the way.
"""

import json

from moto.sqs.models import Queue


def extend():
    attributes = Queue.attributes.fget

    def compact(self):
        given = attributes(self)
        if self.redrive_policy:
            given["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return given

    Queue.attributes = property(compact)
