"""The control API: `/_test/…`, JSON in, JSON out. README.md documents each path for its users.

The account is that of the request (header or access key) or `?account=…`; the region that of the account's
fixture, or `?region=…`.
"""

import json
import urllib.parse

from . import cloudformation, cloudwatch, ecs, elb, fixtures, live, others, route53, traffic
from .account import DEFAULTS
from .clock import current
from .errors import AwsError

_BEHAVIOUR = {
    "service",
    "never_start",
    "only",
    "start_s",
    "stop_after_s",
    "stop_code",
    "stopped_reason",
    "exit_code",
    "container_reason",
    "log_lines",
}
_SWITCHES = {"stack", "fail", "delete_fail", "hang", "delete_hang", "seconds", "status", "reason"}
_SCRIPT = {"service", "target_group", "target", "number", "from", "phases"}
_STATES = {"initial", "healthy", "unhealthy", "unused", "draining", "unavailable"}


def answer(emulator, account, environ, body):
    """(status, headers, body) of a request to the control API."""
    query = dict(urllib.parse.parse_qsl(environ["QUERY_STRING"]))
    account = emulator.accounts.get(query.get("account", account.id))
    path, method = environ["PATH_INFO"][len("/_test/") :].strip("/"), environ["REQUEST_METHOD"]
    try:
        asked = json.loads(body) if body else {}
        if (method, path) == ("GET", "held"):  # without the lock: the call it waits for needs it
            held = account.faults.held(asked.get("beyond", 0))
            return 200, {"Content-Type": "application/json"}, json.dumps({"held": held}).encode()
        with account.lock, current(account):
            if (method, path) in (("POST", "account"), ("POST", "reset")):
                result = _fresh(emulator, account, path, asked)
            elif (method, path) == ("POST", "clock"):
                result = _set_clock(Request(account, query, asked))
            else:
                with account.standing_still():
                    result = _path(method, path)(Request(account, query, asked))
        status = 200
    except AwsError as error:
        result, status = {"error": error.code, "message": error.message}, error.status
    except (LookupError, TypeError, ValueError) as error:
        result, status = {"error": type(error).__name__, "message": str(error)}, 400
    return status, {"Content-Type": "application/json"}, json.dumps(result, default=str).encode()


class Request:
    """One request to the control API."""

    def __init__(self, account, query, asked):
        self.account = account
        self.asked = asked
        self.region = query.get("region") or account.region or fixtures.DEFAULTS["region"]

    def state(self, kind):
        return self.account.state(kind, self.region)

    def known(self, names, asked=None):
        """Refuses what the path does not know, so that a misspelt switch is no silent pass."""
        unknown = set(self.asked if asked is None else asked) - set(names)
        if unknown:
            raise AwsError("BadRequest", f"unknown {sorted(unknown)}; known are {sorted(names)}")


def _fresh(emulator, account, path, asked):
    """Everything of the account is gone; `account` then makes the standard surroundings."""
    clock = account.clock
    fixtures.forget(emulator.accounts, account)
    fresh = emulator.accounts.get(account.id)
    fresh.clock = clock
    if path == "reset":
        return {}
    with fresh.lock, current(fresh), fresh.standing_still():
        return fixtures.build(fresh, asked)


def _path(method, path):
    if (method, path) not in _PATHS:
        raise AwsError(
            "NoSuchPath",
            f"{method} /_test/{path}; there are " f"{', '.join(sorted(' '.join(each) for each in _PATHS))}",
            404,
        )
    return _PATHS[method, path]


def _clock(request):
    clock = request.account.clock
    return {"now": clock.now(), "speed": clock.speed}


def _set_clock(request):
    request.known(("speed", "now", "advance"))
    request.account.catch_up()
    request.account.clock.change(**request.asked)
    request.account.catch_up()
    return _clock(request)


def _set_settings(request):
    request.known(DEFAULTS)
    request.account.settings.update(request.asked)
    return request.account.settings


def _set_stacks(request):
    request.known(_SWITCHES)
    switches = dict(request.asked)
    request.state(cloudformation.Stacks).switch(switches.pop("stack", "*"), switches)
    return {}


def _set_tasks(request):
    request.known(_BEHAVIOUR)
    behaviour = dict(request.asked)
    request.state(ecs.Services).behave(behaviour.pop("service"), behaviour)
    return {}


def _add_health(request):
    request.known(_SCRIPT)
    script = dict(request.asked, made=request.account.now())
    for phase in script["phases"]:
        request.known(("after_s", "state", "reason", "description"), phase)
        if phase["state"] not in _STATES:
            raise AwsError("BadRequest", f"no state {phase['state']}; there are {sorted(_STATES)}")
    if "service" in script:
        script["service_state"] = request.state(ecs.Services)
    request.state(elb.Targets).scripts.append(script)
    return {}


def _clear_health(request):
    request.state(elb.Targets).scripts.clear()
    return {}


def _traffic(request):
    request.state(traffic.Source).send(request.asked)
    return {}


def _metrics(request):
    """Puts points of any namespace (AWS's own too), and makes answers incomplete."""
    request.known(("put", "status"))
    metrics = request.state(cloudwatch.Metrics)
    for point in request.asked.get("put", []):
        request.known(("namespace", "name", "dimensions", "at", "value", "count", "values"), point)
        pairs = [(value, 1) for value in point.get("values", [])] or [(point["value"], point.get("count", 1))]
        metrics.add(point["namespace"], point["name"], point.get("dimensions", {}), point["at"], pairs)
    if "status" in request.asked:
        metrics.statuses = [dict(rule) for rule in request.asked["status"]]
    return {}


def _set_faults(request):
    request.account.faults.replace(request.asked or [])
    return {}


def _faults(request):
    return request.account.faults.rules


def _clear_faults(request):
    request.account.faults.replace([])
    return {}


def _calls(request):
    return request.account.calls


def _clear_calls(request):
    request.account.calls.clear()
    return {}


def _weights(request):
    entries = request.account.state(route53.Zones).weights
    return [{key: value for key, value in entry.items() if key != "records"} for entry in entries]


def _messages(request):
    return request.account.state(others.Messages).sent


def _live(request):
    return live.build(request.account, request.region, request.asked)


def _aws(request):
    """Any call of any operation, as JSON: {service, operation, parameters}. No journal, no faults."""
    request.known(("service", "operation", "parameters"))
    asked = request.asked
    return request.account.call(
        asked["service"], asked["operation"], request.region, **asked.get("parameters", {})
    )


_PATHS = {
    ("GET", "clock"): _clock,
    ("GET", "settings"): lambda request: request.account.settings,
    ("POST", "settings"): _set_settings,
    ("POST", "stacks"): _set_stacks,
    ("POST", "tasks"): _set_tasks,
    ("POST", "health"): _add_health,
    ("DELETE", "health"): _clear_health,
    ("POST", "traffic"): _traffic,
    ("POST", "metrics"): _metrics,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _clear_calls,
    ("GET", "weights"): _weights,
    ("GET", "messages"): _messages,
    ("POST", "live"): _live,
    ("POST", "aws"): _aws,
}
