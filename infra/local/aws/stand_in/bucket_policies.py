"""Bucket policies: a statement with a condition decides nothing here.

moto knows no condition keys of S3 (`aws:SecureTransport`, `s3:if-none-match`) and reads a condition that it cannot
check as a denial, also of an Allow. Every bucket that refuses plain HTTP, as each of ours does, would then refuse
everybody. What such a policy says is checked on its text, by the modules' tests and by the scanners.
"""

import json
from typing import NamedTuple

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.s3.models import FakeBucket


def extend():
    decide = IAMPolicyStatement.is_action_permitted

    def is_action_permitted(self, *arguments, **named):
        about_resources = "Resource" in self._statement
        if about_resources and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return decide(self, *arguments, **named)

    IAMPolicyStatement.is_action_permitted = is_action_permitted
    _logging_by_a_policy_that_also_denies()


def _logging_by_a_policy_that_also_denies():
    """moto looks for the statement that lets S3 deliver access logs, and stumbles over one that is for everybody (`"*"`)."""
    permits = FakeBucket._log_permissions_enabled_policy

    def permits_logging(target_bucket, target_prefix):
        if not target_bucket.policy:
            return False
        policy = json.loads(target_bucket.policy.decode())
        policy["Statement"] = [one for one in policy["Statement"] if isinstance(one.get("Principal"), dict)]
        for_services = _Target(target_bucket.name, target_bucket.partition, json.dumps(policy).encode())
        return permits(for_services, target_prefix)

    FakeBucket._log_permissions_enabled_policy = staticmethod(permits_logging)


class _Target(NamedTuple):
    """All that moto reads of the bucket that logs go to."""

    name: str
    partition: str
    policy: bytes
