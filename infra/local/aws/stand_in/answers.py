"""How a REST call of moto's is read and answered, for the calls that moto has no code for."""

import json
from datetime import datetime, timezone
from urllib.parse import unquote


def body(response):
    raw = response.body
    return json.loads(raw) if isinstance(raw, (str, bytes)) and raw else {}


def path_parts(response):
    """What stands in the path, by name: ARNs come with their slashes escaped."""
    match = response.uri_match
    return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}


def ok(answer):
    return 200, {"Content-Type": "application/json"}, json.dumps(answer)


def refused(code, message, status=404):
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return status, headers, json.dumps({"__type": code, "message": message})


def timestamp():
    return datetime.now(timezone.utc).timestamp()


def iso_instant():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
