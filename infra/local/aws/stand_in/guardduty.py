"""GuardDuty: sample findings, which go to EventBridge as real ones do, and from there wherever rules send them; and
features that are turned on one by one, where moto would forget all the others.
"""

import json
import uuid

import moto.guardduty.urls as urls
from answers import body, iso_instant, ok
from moto.events.models import events_backends
from moto.guardduty.models import Detector
from moto.guardduty.responses import GuardDutyResponse

DEFAULT_TYPE = "PrivilegeEscalation:Kubernetes/PrivilegedContainer"
# What GuardDuty's documentation gives these; everything else is as severe as a sample of it: 8.
SEVERITIES = {"Policy:Kubernetes/ExposedDashboard": 5.0, "Recon:EC2/PortProbeUnprotectedPort": 2.0}


def extend():
    GuardDutyResponse.create_sample_findings = _create_sample_findings
    urls.url_paths["{0}/detector/(?P<detector_id>[^/]+)/findings/create$"] = GuardDutyResponse.dispatch
    update = Detector.update

    def update_by_feature(self, enable, finding_publishing_frequency, data_sources, features):
        named = {one["name"]: one for one in [*self.features, *(features or [])]}
        update(self, enable, finding_publishing_frequency, data_sources, list(named.values()))

    Detector.update = update_by_feature


def _create_sample_findings(self):
    # moto names the parts of a path here as AWS's own model does, not as the pattern above.
    detector = self.path.split("/")[2]
    for kind in body(self).get("findingTypes") or [DEFAULT_TYPE]:
        event = {"Source": "aws.guardduty", "DetailType": "GuardDuty Finding", "Detail": json.dumps(_sample(self, detector, kind))}
        events_backends[self.current_account][self.region].put_events([event])
    return ok({})


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
