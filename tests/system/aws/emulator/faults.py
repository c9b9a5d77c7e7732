"""Faults on demand, and the answers AWS gives when it fails.

A rule: {"service": "route53", "operation": "ChangeResourceRecordSets", "kind": …, and which calls:
"nth": 2 (that one alone), "times": 3 (the first three), neither: all, "after": 1 (leave the first be)}.
Service and operation may be "*". Kinds:

throttle      the service's own throttling error
500           InternalFailure (or "status": 503, ServiceUnavailable)
denied        AccessDenied, in the words of IAM
error         {"code", "message", "status"} as given; "reasons" are those of a cancelled transaction
drop-before   the connection closes, nothing was done
drop-after    it is done, the connection closes without a reply
hang          nothing is done, the caller waits for "seconds" of wall time, then the connection closes
timeout       it is done, the reply is held for "seconds" of wall time

Whoever wants to know that a caller waits asks `held`. New rules let everybody go.
"""

import threading

from .errors import AwsError, Drop

# The code by which a service says "slow down"; the rest say ThrottlingException.
_THROTTLING = {
    "route53": "Throttling",
    "cloudformation": "Throttling",
    "elbv2": "Throttling",
    "sts": "Throttling",
    "iam": "Throttling",
    "sns": "Throttled",
    "cloudwatch": "ThrottlingException",
}
_DENIED = {"json": "AccessDeniedException", "cbor": "AccessDeniedException"}
# IAM's prefix of a service's actions, where it is not the service's name.
_ACTION = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}
_FIELDS = {
    "service",
    "operation",
    "kind",
    "nth",
    "times",
    "after",
    "seconds",
    "code",
    "message",
    "status",
    "reasons",
    "resource",
}
KINDS = ("throttle", "500", "denied", "error", "drop-before", "drop-after", "hang", "timeout")


class Faults:
    """The rules of an account, in the order they were made; the first that fits a call counts it."""

    def __init__(self):
        self.rules = []
        self._held = 0
        self._changed = threading.Condition()

    def replace(self, rules):
        for rule in rules:
            unknown = set(rule) - _FIELDS
            if unknown or str(rule.get("kind")) not in KINDS:
                raise AwsError("BadFault", f"{rule}: unknown {sorted(unknown) or 'kind'}")
        with self._changed:
            self.rules = [dict(rule, seen=0) for rule in rules]
            self._changed.notify_all()

    def hold(self, rule):
        """Lets the caller wait, for as long as these are the rules."""
        with self._changed:
            rules = self.rules
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.rules is not rules, float(rule.get("seconds", 30)))

    def held(self, beyond):
        """How many callers had to wait so far: once there are more than `beyond`, or other rules."""
        with self._changed:
            rules = self.rules
            self._changed.wait_for(lambda: self._held > beyond or self.rules is not rules)
            return self._held

    def take(self, service, operation):
        """The rule that strikes this call, if any."""
        for rule in self.rules:
            if rule.get("service", "*") not in ("*", service):
                continue
            if rule.get("operation", "*") not in ("*", operation):
                continue
            rule["seen"] += 1
            if _strikes(rule):
                return rule
        return None


def _strikes(rule):
    seen = rule["seen"] - rule.get("after", 0)
    if "nth" in rule:
        return seen == rule["nth"]
    return 0 < seen <= rule.get("times", float("inf"))


def too_fast(account, service):
    """Whether this call of Route 53, which is the last of `account.calls`, is over the account's rate.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html: five requests a second.
    """
    limit = account.settings["route53_per_s"]
    if service != "route53" or not limit:
        return False
    since = account.clock.now() - 1
    recent = [call for call in account.calls[-100:] if call["service"] == service and call["at"] > since]
    return sum(not call["fault"] for call in recent) > limit


def before(rule, call):
    """Strikes before anything is done."""
    kind = str(rule["kind"])
    if kind == "hang":
        call.account.faults.hold(rule)
    if kind in ("drop-before", "hang"):
        raise Drop
    if kind == "throttle":
        raise AwsError(_THROTTLING.get(call.service, "ThrottlingException"), "Rate exceeded")
    if kind == "500":
        status = rule.get("status", 500)
        code = "InternalFailure" if status == 500 else "ServiceUnavailable"
        raise AwsError(code, "We encountered an internal error. Please try again.", status)
    if kind == "denied":
        raise denial(rule, call)
    if kind == "error":
        more = {"CancellationReasons": [{"Code": each} for each in rule["reasons"]]} if "reasons" in rule else {}
        raise AwsError(rule["code"], rule.get("message", ""), rule.get("status", 400), more)


def denial(rule, call):
    """AccessDenied as IAM words it."""
    action = f"{_ACTION.get(call.service, call.service)}:{call.operation}"
    resource = rule.get("resource", "*")
    message = (
        f"User: {call.caller_arn()} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )
    return AwsError(_DENIED.get(call.protocol, "AccessDenied"), message, 403 if call.is_xml() else 400)


def after(rule, account):
    """Strikes when all is done."""
    if rule["kind"] == "drop-after":
        raise Drop
    if rule["kind"] == "timeout":
        account.faults.hold(rule)
