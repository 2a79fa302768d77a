"""CloudTrail: trails by ARN. AWS takes a name or an ARN; Terraform sends the ARN; moto knows the name."""

from moto.cloudtrail.models import CloudTrailBackend


def extend():
    for call in ("start_logging", "stop_logging", "delete_trail", "update_trail"):
        setattr(CloudTrailBackend, call, _by_arn_too(getattr(CloudTrailBackend, call)))


def _by_arn_too(original):
    def by_arn_too(self, *arguments, **named):
        first = tuple(_name(value) for value in arguments[:1])
        named = {key: _name(value) if key == "name" else value for key, value in named.items()}
        return original(self, *first, *arguments[1:], **named)

    return by_arn_too


def _name(trail):
    return trail.split("/")[-1] if isinstance(trail, str) and trail.startswith("arn:") else trail
