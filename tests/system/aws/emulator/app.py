"""From a request to its reply: whose it is, faults, then `calls`; `/_test/…` is `control`."""

import gc
import re
import traceback
from email.utils import formatdate

from . import control, faults, wire
from .account import Accounts
from .calls import Call, answered, dispatch
from .clock import current
from .errors import AwsError

DEFAULT_ACCOUNT = "123456789012"
_KEY = re.compile(r"^A[KS]IA(\d{12})")


class Emulator:
    """The application: `/_test/…` steers, everything else is AWS."""

    def __init__(self):
        self.accounts = Accounts(dispatch)

    def __call__(self, environ):
        body = environ["wsgi.input"].read()
        access_key, region, service = wire.credential(environ)
        account = self.accounts.get(account_of(environ, access_key))
        try:
            if environ["PATH_INFO"].startswith("/_test/"):
                status, headers, body = control.answer(self, account, environ, body)
            else:
                status, headers, body = self._aws(account, environ, body, access_key, region, service)
        except AwsError as error:
            status, headers, body = wire.reply(service, None, "json", error)
        headers = {
            name: value
            for name, value in headers.items()
            if name.lower() not in ("date", "content-length", "connection")
        }
        headers["Date"] = formatdate(account.clock.now(), usegmt=True)
        return status, headers, body

    def _aws(self, account, environ, body, access_key, region, service):
        name, protocol = wire.operation_of(service, environ, body)
        if not service or not name:
            raise AwsError("UnknownOperationException", f"no AWS operation in {environ['RAW_URI']}", 404)
        call = Call(account, service, name, region, None, protocol, environ, body, access_key)
        with account.lock:
            rule = account.faults.take(service, name)
            account.calls.append(
                {
                    "at": account.clock.now(),
                    "service": service,
                    "operation": name,
                    "region": region,
                    "access_key": access_key,
                    "fault": rule and str(rule["kind"]),
                    "parameters": _seen(call),
                }
            )
            if not rule and faults.too_fast(account, service):
                rule = {"kind": "throttle"}
                account.calls[-1]["fault"] = "throttle"
        try:
            if rule:
                faults.before(rule, call)
        except AwsError as error:
            return wire.reply(service, name, protocol, error)
        reply = _reply(call)
        if rule:  # a refusal may be lost, too
            faults.after(rule, account)
        return reply


def _reply(call):
    """What the service answers, be it a refusal."""
    account = call.account
    try:
        with account.lock, current(account), account.standing_still():
            return answered(call)
    except AwsError as error:
        return wire.reply(call.service, call.operation, call.protocol, error)
    except Exception:  # a fault of the emulator's or of moto's: the test shall see where
        traceback.print_exc()
        error = AwsError("InternalFailure", traceback.format_exc(limit=-3), 500)
        return wire.reply(call.service, call.operation, call.protocol, error)


def _seen(call):
    """The parameters for the journal of calls; none where they cannot be read."""
    try:
        return call.parameters
    except Exception:  # answering it will say what is wrong with it
        return None


def account_of(environ, access_key):
    """By header, else by the twelve digits after AKIA or ASIA in the access key, else moto's default."""
    named = environ.get("HTTP_X_MOTO_ACCOUNT_ID")
    found = _KEY.match(access_key or "")
    return named or (found.group(1) if found else DEFAULT_ACCOUNT)


def warm_up(emulator):
    """Loads every service, so that the first call of one takes no longer than the next: clients time out."""
    spare = emulator.accounts.get("000000000000")
    for service, name, parameters in (
        ("acm", "ListCertificates", {}),
        ("application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "ecs"}),
        ("cloudformation", "ListStacks", {}),
        ("cloudwatch", "DescribeAlarms", {}),
        ("dynamodb", "ListTables", {}),
        ("ec2", "DescribeVpcs", {}),
        ("ecr", "DescribeRepositories", {}),
        ("ecs", "ListClusters", {}),
        ("elbv2", "DescribeLoadBalancers", {}),
        ("iam", "ListRoles", {}),
        ("kms", "ListKeys", {}),
        ("logs", "DescribeLogGroups", {}),
        ("resourcegroupstaggingapi", "GetResources", {}),
        ("route53", "ListHostedZones", {}),
        ("secretsmanager", "ListSecrets", {}),
        ("sns", "ListTopics", {}),
        ("sts", "GetCallerIdentity", {}),
    ):
        spare.call(service, name, "us-east-1", **parameters)
    gc.freeze()  # the service models stay for good: the collector need not walk them again
