"""What a call of the API is to CloudTrail: one record, in the form of AWS's documentation.

Kept out of it: every value of a request that does not name a resource or a session, since it may be a secret.
"""

import functools
import json
import re
import uuid
from datetime import datetime, timezone
from urllib.parse import unquote

from moto.core.utils import get_service_model
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.responses import TokenResponse

READS = re.compile(r"^(?:BatchGet|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select|Simulate|Test|Validate)")
# Calls that change nothing, whatever their names say: of these CloudTrail says readOnly, too.
READS_BY_NAME = {
    "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "Decrypt", "Encrypt", "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext", "GenerateMac", "ReEncrypt", "Sign", "Verify", "VerifyMac",
}  # fmt: skip
# Calls about the contents of something are data events. Of S3: all that names a key, and these. Those of other services
# name no resource here, so that no selector of a trail finds them.
S3_DATA = {"DeleteObjects", "HeadBucket", "ListMultipartUploads", "ListObjectVersions", "ListObjects"}
DATA = {
    "dynamodb": re.compile(r"Item|^(?:Query|Scan|Transact)"),
    "sns": re.compile(r"^Publish"),
    "sqs": re.compile(r"Message"),
}
# Where CloudTrail has another name than the operation.
S3_NAMES = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "ListObjectsV2": "ListObjects",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
# A name or an address, and short: a document or a password is neither.
NAMES_SOMETHING = re.compile(r"^(?!X-Amz|AWSAccessKey).*(?:Name|name|Arn|ARN|Id|Identity)$")
NAME_LENGTH = 256
ERROR_CODE = re.compile(r'<Code>([^<]+)</Code>|"__type": ?"(?:[^"#]*#)?([^"]+)"')


def extend():
    """A session remembers when it began and on whose behalf; what is chained from it is on the same person's."""
    begin, assume = AssumedRole.__init__, TokenResponse.assume_role

    def beginning_now(self, *arguments, **named):
        begin(self, *arguments, **named)
        self.began = _instant()

    def for_somebody(self):
        answer = assume(self)
        session, caller = answer.result["Credentials"], _session(self)
        session.source_identity = self._get_param("SourceIdentity") or (caller and caller.source_identity)
        if session.source_identity:
            answer.result["SourceIdentity"] = session.source_identity
        return answer

    AssumedRole.source_identity = None
    AssumedRole.identity = None
    AssumedRole.__init__ = beginning_now
    TokenResponse.assume_role = for_somebody


def record_of(call, request, response):
    """`call`: moto's answerer of one request, after it has answered. None: it is no call of the API."""
    name = _s3_name(call, request) if call.service_name == "s3" else call._get_action()
    if not name:
        return None
    parameters = _parameters(call)
    is_data = _is_data(call, name)
    resources = _resources(call, parameters, is_data)
    failed = response.status_code >= 400
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(call),
        "eventTime": _instant(),
        "eventSource": f"{_source(call)}.amazonaws.com",
        "eventName": name,
        "awsRegion": call.region,
        "sourceIPAddress": request.remote_addr,
        "userAgent": request.headers.get("User-Agent", ""),
        **({"errorCode": _error(response)} if failed else {}),
        "requestParameters": parameters or None,
        "responseElements": None,
        "requestID": response.headers.get("x-amzn-requestid") or str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": bool(READS.match(name)) or name in READS_BY_NAME,
        **({"resources": resources} if resources else {}),
        "eventType": "AwsApiCall",
        "managementEvent": not is_data,
        "recipientAccountId": call.current_account,
        "eventCategory": "Data" if is_data else "Management",
    }


def _instant():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _source(call):
    """As the request was signed for, which is what CloudTrail calls a service."""
    match = re.search(r"Credential=[^/]+/\d+/[^/]+/([a-z0-9-]+)/aws4_request", call.headers.get("Authorization", ""))
    return match.group(1) if match else call.service_name


def _error(response):
    named = response.headers.get("x-amzn-errortype")
    match = ERROR_CODE.search(response.get_data(as_text=True)[:4096])
    return (named or (match and (match.group(1) or match.group(2))) or str(response.status_code)).split(":")[0]


# ---------------------------------------------------------------------------- who


def _session(call):
    return sts_backends[call.current_account][call.partition].get_assumed_role_from_access_key(call.access_key)


def _identity(call):
    if "Authorization" not in call.headers:
        return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    session = _session(call)
    if session and session.identity:
        return session.identity
    principal, arn, account = sts_backends[call.current_account][call.partition].get_caller_identity(call.access_key, call.region)
    known = {"principalId": principal, "arn": arn, "accountId": account, "accessKeyId": call.access_key}
    if session is None:
        # Whoever is nobody's key is a user to moto, of STS; on AWS users are IAM's.
        return {"type": "IAMUser", **known, "arn": arn.replace(":sts:", ":iam:"), "userName": arn.split("/")[-1]}
    # Kept, because moto makes up another id each time for a role that nobody has created.
    session.identity = {"type": "AssumedRole", **known, "sessionContext": _session_context(session, principal)}
    return session.identity


def _session_context(session, principal):
    issuer = {
        "type": "Role",
        "principalId": principal.split(":")[0],
        "arn": session.role_arn,
        "accountId": session.role_arn.split(":")[4],
        "userName": session.role_arn.split("/")[-1],
    }
    context = {"sessionIssuer": issuer, "attributes": {"creationDate": session.began, "mfaAuthenticated": "false"}}
    return {**context, "sourceIdentity": session.source_identity} if session.source_identity else context


# --------------------------------------------------------------------------- what


def _is_data(call, name):
    if call.service_name == "s3":
        return bool(call.parse_key_name()) or name in S3_DATA
    return call.service_name in DATA and bool(DATA[call.service_name].search(name))


def _parameters(call):
    if call.service_name == "s3":
        named = {"bucketName": call.bucket_name, "key": call.parse_key_name()}
        return {name: value for name, value in named.items() if value}
    path = call.uri_match.groupdict() if call.uri_match else {}
    query = {name: values[0] for name, values in call.querystring.items() if isinstance(values, list) and values}
    given = {**query, **_json(call), **{name: unquote(value) for name, value in path.items() if value}}
    return {f"{name[0].lower()}{name[1:]}": value for name, value in given.items() if _names_something(name, value)}


def _names_something(name, value):
    return isinstance(value, str) and len(value) <= NAME_LENGTH and bool(NAMES_SOMETHING.match(name))


def _json(call):
    if not isinstance(call.body, (str, bytes)) or call.body[:1] not in ("{", b"{"):
        return {}
    try:
        return json.loads(call.body)
    except ValueError:
        return {}


def _resources(call, parameters, is_data):
    if call.service_name != "s3":
        account = {"accountId": call.current_account}
        return [] if is_data else [{**account, "ARN": value} for value in parameters.values() if value.startswith("arn:")]
    if not call.bucket_name:
        return []
    bucket = f"arn:{call.partition}:s3:::{call.bucket_name}"
    key = call.parse_key_name()
    objects = {"type": "AWS::S3::Object", **({"ARN": f"{bucket}/{key}"} if key else {"ARNPrefix": f"{bucket}/"})}
    owner = {"accountId": call.current_account, "type": "AWS::S3::Bucket", "ARN": bucket}
    return [objects, owner] if is_data else [owner]


def _s3_name(call, request):
    """The operation with the most that this request has all of: S3 tells them apart by query and headers alone."""
    depth = 2 if call.parse_key_name() else 1 if call.bucket_name else 0
    fitting = [
        (len(query) + len(headers), name)
        for method, level, query, headers, name in _s3_operations()
        if method == request.method
        and level == depth
        and all(key in request.args and value in ("", request.args[key]) for key, value in query)
        and all(header in request.headers for header in headers)
    ]
    most = max((count for count, _ in fitting), default=0)
    name = next((name for count, name in fitting if count == most), None)
    return S3_NAMES.get(name, name)


@functools.cache
def _s3_operations():
    model = get_service_model("s3")
    return [_s3_operation(model.operation_model(name)) for name in sorted(model.operation_names)]


def _s3_operation(operation):
    path, _, query = operation.http["requestUri"].partition("?")
    asked = [(part.split("=") + [""])[:2] for part in query.split("&") if part and not part.startswith("x-id=")]
    shape = operation.input_shape
    required = [shape.members[name].serialization for name in shape.required_members] if shape else []
    asked += [[one["name"], ""] for one in required if one.get("location") == "querystring"]
    headers = [one["name"] for one in required if one.get("location") == "header"]
    level = 0 if path == "/" else 2 if "{Key+}" in path else 1
    return operation.http["method"], level, [tuple(one) for one in asked], headers, operation.name
