"""AWS's protocols: a request into a service, an operation and parameters, and a result into a reply.

The shapes come from botocore's service models, reading and writing from moto and botocore. RPC v2 CBOR
(https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html), which the SDKs speak to CloudWatch,
is read here; moto does not know it and is handed JSON instead.
"""

import functools
import io
import json
import re
import urllib.parse
import uuid

import cbor2
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from . import http_server
from .clock import epoch
from .errors import AwsError

_SIGNING = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "api.ecr": "ecr",
}
SIGNING_OF = {service: name for name, service in _SIGNING.items()}
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_CBOR_PATH = re.compile(r"^/service/[^/]+/operation/(\w+)$")
_MOTO_SPEAKS = ("json", "query", "ec2", "rest-xml", "rest-json")


def credential(environ):
    """(access key, region, service) by the signature; Nones of an unsigned request."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not found:
        return None, "us-east-1", None
    key, region, service = found.groups()
    return key, region, _SIGNING.get(service, service)


def model(service, operation):
    return get_service_model(service).operation_model(operation)


@functools.cache
def moto_protocol(service):
    """The protocol in which moto is spoken to."""
    metadata = get_service_model(service).metadata
    offered = metadata.get("protocols") or [metadata["protocol"]]
    return next(name for name in _MOTO_SPEAKS if name in offered)


def operation_of(service, environ, body):
    """(operation, protocol) of a request."""
    found = _CBOR_PATH.match(environ["PATH_INFO"])
    if found:
        return found.group(1), "cbor"
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.rsplit(".", 1)[-1], "json"
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        action = urllib.parse.parse_qs(body.decode()).get("Action")
        if action:
            return action[0], "ec2" if service == "ec2" else "query"
    if service and moto_protocol(service).startswith("rest"):
        matched, _ = get_service_router(service).match(Request(dict(environ)))
        return matched.name, moto_protocol(service)
    return None, None


def parse(service, operation, protocol, environ, body):
    """The parameters of a request, as botocore would have been given them."""
    if protocol == "cbor":
        return cbor2.loads(body) if body else {}
    if protocol == "json":
        return json.loads(body or b"{}")
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    url_params = {}
    if protocol.startswith("rest"):
        _, url_params = get_service_router(service).match(request)
    return PROTOCOL_PARSERS[protocol](model(service, operation)).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": url_params,
        }
    )


def request_environ(service, operation, region, parameters):
    """The request that an SDK would send to moto."""
    shape = model(service, operation)
    made = create_serializer(moto_protocol(service)).serialize_to_request(parameters, shape)
    body = made["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body, doseq=True)
        made["headers"].setdefault("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    body = body if isinstance(body, bytes) else body.encode()
    signing = SIGNING_OF.get(service, service)
    scope = f"Credential=AKIAINTERNAL/20260101/{region}/{signing}/aws4_request"
    headers = {
        **made["headers"],
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, Signature=0",
        "Host": "127.0.0.1",
    }
    query = made.get("query_string") or ""
    if isinstance(query, dict):
        query = urllib.parse.urlencode(query)
    return http_server.environ(made["method"], made["url_path"], query, headers, body), body


def read_reply(service, operation, status, headers, body):
    """What moto replied, as botocore would give it; its refusals are raised."""
    read = create_parser(moto_protocol(service)).parse(
        {"status_code": status, "headers": headers, "body": body}, model(service, operation).output_shape
    )
    if status >= 300:
        error = read.get("Error", {})
        raise AwsError(error.get("Code", str(status)), error.get("Message", ""), status)
    read.pop("ResponseMetadata", None)
    return read


def reply(service, operation, protocol, result):
    """(status, headers, body) of a result: a dictionary, or an `AwsError`."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id}
    if isinstance(result, AwsError):
        return _error(service, protocol, result, headers)
    shape = model(service, operation)
    if protocol == "cbor":
        return 200, _cbor_headers(headers), cbor2.dumps(_cbor_ready(result, shape.output_shape))
    made = get_serializer_class(service, protocol)(shape).serialize(result)
    headers["Content-Type"] = "application/x-amz-json-1.1" if protocol == "json" else "text/xml"
    body = made["body"]
    return made["status_code"], headers, body if isinstance(body, bytes) else body.encode()


def _cbor_headers(headers):
    return {**headers, "Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


def _cbor_ready(value, shape):
    """Numbers where the model says numbers, instants as tagged seconds."""
    if value is None or shape is None:
        return value
    if shape.type_name == "structure":
        members = shape.members
        return {
            name: _cbor_ready(value[name], members[name]) for name in members if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [_cbor_ready(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {key: _cbor_ready(item, shape.value) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return cbor2.CBORTag(1, epoch(value))
    if shape.type_name in ("double", "float"):
        return float(value)
    return value


_XML_ERROR = """<?xml version="1.0"?>
<ErrorResponse xmlns="{namespace}"><Error><Type>{kind}</Type><Code>{code}</Code>
<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"""
_EC2_ERROR = """<?xml version="1.0"?>
<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>
<RequestID>{request_id}</RequestID></Response>"""


def _error(service, protocol, error, headers):
    if protocol in ("json", "cbor", "rest-json"):
        headers["x-amzn-errortype"] = error.code
        headers["x-amzn-query-error"] = f"{error.code};{'Sender' if error.status < 500 else 'Receiver'}"
        sent = {"__type": error.code, "message": error.message, **error.more}
        if protocol == "cbor":
            return error.status, _cbor_headers(headers), cbor2.dumps(sent)
        headers["Content-Type"] = "application/x-amz-json-1.1"
        return error.status, headers, json.dumps(sent).encode()
    headers["Content-Type"] = "text/xml"
    namespace = get_service_model(service).metadata.get("xmlNamespace", "") if service else ""
    text = (_EC2_ERROR if protocol == "ec2" else _XML_ERROR).format(
        namespace=namespace,
        kind="Sender" if error.status < 500 else "Receiver",
        code=error.code,
        message=_escaped(error.message),
        request_id=headers["x-amzn-RequestId"],
    )
    return error.status, headers, text.encode()


def _escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
