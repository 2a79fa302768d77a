"""CloudTrail: what the stand-in answers is recorded, and delivered into the bucket of each trail that logs.

AWS delivers within about 15 minutes; here it is seconds, or at once by `POST /moto-api/cloudtrail/deliver`. As long as no
trail logs, nothing is recorded. And trails go by ARN, too: Terraform sends it, moto knows the name.
"""

import gzip
import json
import secrets
import sys
import threading
import time
from datetime import datetime, timezone

import call_records
import moto.moto_api._internal.urls as control
from flask import g, has_app_context, request
from moto.cloudtrail.models import CloudTrailBackend, cloudtrail_backends
from moto.core.responses import BaseResponse
from moto.core.utils import convert_to_flask_response
from moto.s3.models import s3_backends
from trail_selectors import wants

DELIVERED_EACH_SECONDS = 5
# What a region's trail also hears of when it includes global services, wherever the call was made.
GLOBAL_SERVICES = ("iam.amazonaws.com", "sts.amazonaws.com")

_waiting = []
_delivering = threading.Lock()


def extend():
    for call in ("start_logging", "stop_logging", "delete_trail", "update_trail"):
        setattr(CloudTrailBackend, call, _by_arn_too(getattr(CloudTrailBackend, call)))
    call_records.extend()
    _record_answers()
    control.url_paths["{0}/moto-api/cloudtrail/deliver"] = _deliver_now
    threading.Thread(target=_deliver_for_ever, daemon=True).start()


def _by_arn_too(original):
    def by_arn_too(self, *arguments, **named):
        first = tuple(_name(value) for value in arguments[:1])
        named = {key: _name(value) if key == "name" else value for key, value in named.items()}
        return original(self, *first, *arguments[1:], **named)

    return by_arn_too


def _name(trail):
    return trail.split("/")[-1] if isinstance(trail, str) and trail.startswith("arn:") else trail


# ----------------------------------------------------------------------- recording


def _record_answers():
    set_up, answer = BaseResponse.setup_class, convert_to_flask_response.__call__

    def remembered(self, *arguments, **named):
        set_up(self, *arguments, **named)
        if has_app_context():
            g.call = self

    def recorded(self, *arguments, **named):
        response = answer(self, *arguments, **named)
        if "call" in g and (trails := _that_log(g.call.current_account)):
            _record(trails, response)
        return response

    BaseResponse.setup_class = remembered
    convert_to_flask_response.__call__ = recorded


def _that_log(account):
    regions = cloudtrail_backends[account] if account in cloudtrail_backends else {}
    return [trail for backend in list(regions.values()) for trail in list(backend.trails.values()) if trail.status.is_logging]


def _record(trails, response):
    try:
        record = call_records.record_of(g.call, request, response)
    except Exception as error:  # It was answered, and whoever asked is no test of ours.
        print(f"{request.method} {request.path} could not be recorded: {error!r}", file=sys.stderr, flush=True)
        return
    if record:
        # One operation in Python is whole, whoever else does one.
        _waiting.extend((trail, record) for trail in trails if _is_heard(trail, record) and wants(trail, record))


def _is_heard(trail, record):
    if trail.is_multi_region or trail.region_name == record["awsRegion"]:
        return True
    return trail.include_global_service_events and record["eventSource"] in GLOBAL_SERVICES


# ---------------------------------------------------------------------- delivering


def _deliver_for_ever():
    while True:
        time.sleep(DELIVERED_EACH_SECONDS)
        _deliver()


def _deliver_now(request, full_url, headers):
    if request.method != "POST":
        return 400, {}, json.dumps({"Error": "Need to POST to deliver what trails wait for"})
    return 200, {}, json.dumps({"delivered": _deliver()})


def _deliver():
    """Returns how many records are in their buckets now."""
    with _delivering:
        count = len(_waiting)
        files = {}
        for trail, record in _waiting[:count]:
            files.setdefault((trail, record["awsRegion"]), []).append(record)
        del _waiting[:count]
        return sum(_put(trail, region, records) for (trail, region), records in files.items())


def _put(trail, region, records):
    body = gzip.compress(json.dumps({"Records": records}).encode(), compresslevel=1)
    try:
        s3_backends[trail.account_id][trail.partition].put_object(trail.bucket_name, _key(trail, region), body)
        return len(records)
    except Exception as error:  # One bucket that is gone keeps no other trail from its files.
        print(f"{len(records)} records of the trail {trail.trail_name} are lost: {error}", file=sys.stderr, flush=True)
        return 0


def _key(trail, region):
    now = datetime.now(timezone.utc)
    folder = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    name = f"{trail.account_id}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{secrets.token_hex(8)}.json.gz"
    return f"{folder}AWSLogs/{trail.account_id}/CloudTrail/{region}/{now:%Y/%m/%d}/{name}"
