"""Bucket policies: a statement with a condition decides nothing here.

moto knows no condition keys of S3 (`aws:SecureTransport`, `s3:if-none-match`) and reads a condition that it cannot
check as a denial, also of an Allow. Every bucket that refuses plain HTTP, as each of ours does, would then refuse
everybody. What such a policy says is checked on its text, by the modules' tests and by the scanners.
"""

from moto.iam.access_control import IAMPolicyStatement, PermissionResult


def extend():
    decide = IAMPolicyStatement.is_action_permitted

    def is_action_permitted(self, *arguments, **named):
        about_resources = "Resource" in self._statement
        if about_resources and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return decide(self, *arguments, **named)

    IAMPolicyStatement.is_action_permitted = is_action_permitted
