"""GuardDuty: sample findings, which go to EventBridge as real ones do, and from there wherever rules send them, and are
listed to whoever asks; and features that are turned on one by one, where moto would forget all the others.
"""

import json
import uuid
from datetime import datetime

import moto.guardduty.urls as urls
from answers import body, iso_instant, ok, refused
from moto.events.models import events_backends
from moto.guardduty.models import Detector
from moto.guardduty.responses import GuardDutyResponse

DEFAULT_TYPE = "PrivilegeEscalation:Kubernetes/PrivilegedContainer"
# What GuardDuty's documentation gives these; everything else is as severe as a sample of it: 8.
SEVERITIES = {"Policy:Kubernetes/ExposedDashboard": 5.0, "Recon:EC2/PortProbeUnprotectedPort": 2.0}

# What findings are listed by, of all that AWS knows; times are compared in milliseconds.
FIELDS = {
    "updatedAt": lambda finding: datetime.fromisoformat(finding["updatedAt"].replace("Z", "+00:00")).timestamp() * 1000,
    "severity": lambda finding: finding["severity"],
    "service.archived": lambda finding: str(finding["service"]["archived"]).lower(),
}
CONDITIONS = {"greaterThanOrEqual": lambda value, limit: value >= limit, "equals": lambda value, limits: value in limits}


def extend():
    GuardDutyResponse.create_sample_findings = _create_sample_findings
    GuardDutyResponse.list_findings = _list_findings
    GuardDutyResponse.get_findings = _get_findings
    for path in ("findings", "findings/get", "findings/create"):
        urls.url_paths["{0}/detector/(?P<detector_id>[^/]+)/" + path + "$"] = GuardDutyResponse.dispatch
    update = Detector.update

    def update_by_feature(self, enable, finding_publishing_frequency, data_sources, features):
        named = {one["name"]: one for one in [*self.features, *(features or [])]}
        update(self, enable, finding_publishing_frequency, data_sources, list(named.values()))

    Detector.update = update_by_feature


def _create_sample_findings(self):
    # moto names the parts of a path here as AWS's own model does, not as the pattern above.
    detector = self.path.split("/")[2]
    for kind in body(self).get("findingTypes") or [DEFAULT_TYPE]:
        sample = _sample(self, detector, kind)
        _findings(self).append(sample)
        event = {"Source": "aws.guardduty", "DetailType": "GuardDuty Finding", "Detail": json.dumps(sample)}
        events_backends[self.current_account][self.region].put_events([event])
    return ok({})


def _findings(self):
    """Those of the detector that the path names."""
    detector = self.guardduty_backend.get_detector(self.path.split("/")[2])
    if not hasattr(detector, "findings"):
        detector.findings = []
    return detector.findings


def _list_findings(self):
    asked = body(self)
    criterion = asked.get("findingCriteria", {}).get("criterion", {})
    # An answer that leaves a condition out would be taken for one that keeps it.
    unknown = [name for name, condition in criterion.items() if name not in FIELDS or not set(condition) <= set(CONDITIONS)]
    sort = asked.get("sortCriteria", {})
    if unknown or sort.get("attributeName", "updatedAt") not in FIELDS:
        return refused("BadRequestException", f"The stand-in lists by {sorted(FIELDS)} and {sorted(CONDITIONS)} alone.", 400)
    wanted = [
        finding
        for finding in _findings(self)
        if all(CONDITIONS[one](FIELDS[name](finding), limit) for name, its in criterion.items() for one, limit in its.items())
    ]
    wanted.sort(key=FIELDS[sort.get("attributeName", "updatedAt")], reverse=sort.get("orderBy") == "DESC")
    first = int(asked.get("nextToken") or 0)
    end = first + int(asked.get("maxResults") or 50)
    # AWS ends its pages with an empty token.
    return ok({"findingIds": [finding["id"] for finding in wanted[first:end]], "nextToken": str(end) if end < len(wanted) else ""})


def _get_findings(self):
    wanted = body(self).get("findingIds") or []
    if not 1 <= len(wanted) <= 50:
        return refused("BadRequestException", "findingIds are 1 to 50.", 400)
    return ok({"findings": [finding for finding in _findings(self) if finding["id"] in wanted]})


def _sample(self, detector, kind):
    finding = uuid.uuid4().hex
    now = iso_instant()
    return {
        "schemaVersion": "2.0",
        "accountId": self.current_account,
        "region": self.region,
        "partition": "aws",
        "id": finding,
        "arn": f"arn:aws:guardduty:{self.region}:{self.current_account}:detector/{detector}/finding/{finding}",
        "type": kind,
        "severity": SEVERITIES.get(kind, 8.0),
        "title": f"[SAMPLE] {kind}",
        "createdAt": now,
        "updatedAt": now,
        "resource": {"resourceType": "EKSCluster" if "Kubernetes" in kind else "Instance"},
        "service": {
            "serviceName": "guardduty",
            "detectorId": detector,
            "archived": False,
            "count": 1,
            "eventFirstSeen": now,
            "eventLastSeen": now,
            # How AWS marks samples: nothing may roll back a release over one.
            "additionalInfo": {"type": "default", "value": '{"sample":true}'},
        },
    }
