"""A call of one operation, and who answers it: a function of ours, else moto.

`@operation("ecs", "UpdateService")` makes a function the answer to that operation. It is given the
`Call` and returns the result as a dictionary, or raises `AwsError`; `call.moto()` is what moto answers.
"""

import io

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from . import paging, wire
from .clock import current
from .errors import AwsError

_OPERATIONS = {}
_GUARDS = {}
_moto = DomainDispatcherApplication(create_backend_app)


def operation(service, *names):
    def register(function):
        for name in names:
            _OPERATIONS[service, name] = function
        return function

    return register


def guard(service, *names):
    """Makes a function look at those calls first: it raises, or lets moto answer them as they came."""

    def register(function):
        for name in names:
            _GUARDS[service, name] = function
        return function

    return register


class Call:
    """One call of one operation of one service."""

    def __init__(
        self,
        account,
        service,
        operation,
        region,
        parameters=None,
        protocol=None,
        environ=None,
        body=b"",
        access_key=None,
    ):
        self.account = account
        self.service = service
        self.operation = operation
        self.region = region
        self.protocol = protocol or wire.moto_protocol(service)
        self.access_key = access_key
        self._parameters = parameters
        self._environ = environ
        self._body = body

    @property
    def parameters(self):
        if self._parameters is None:
            self._parameters = wire.parse(
                self.service, self.operation, self.protocol, self._environ, self._body
            )
        return self._parameters

    def state(self, kind):
        return self.account.state(kind, self.region)

    def is_xml(self):
        return self.protocol in ("query", "rest-xml", "ec2")

    def caller_arn(self):
        assumed = (self.access_key or "").startswith("ASIA")
        who = "sts::{}:assumed-role/ecs-crd/session" if assumed else "iam::{}:user/ecs-crd"
        return "arn:aws:" + who.format(self.account.id)

    def moto(self, parameters=None):
        """What moto answers, to other parameters if given, as a dictionary; refusals are raised."""
        asked = self.parameters if parameters is None else parameters
        environ, body = wire.request_environ(self.service, self.operation, self.region, asked)
        status, headers, body = self._run_moto(environ, body)
        return wire.read_reply(self.service, self.operation, status, headers, body)

    def moto_raw(self):
        """moto's own reply to the request as it came."""
        return self._run_moto(self._environ, self._body)

    def _run_moto(self, environ, body):
        got = {}

        def start(status, headers, _=None):
            got["status"] = int(status.split()[0])
            got["headers"] = {name.lower(): value for name, value in headers}

        environ = {**environ, "HTTP_X_MOTO_ACCOUNT_ID": self.account.id, "wsgi.input": io.BytesIO(body)}
        body = b"".join(_moto(environ, start))
        return got["status"], got["headers"], body


def dispatch(account, service, name, region, parameters):
    """A call by the account itself, of its own operations or of moto's."""
    call = Call(account, service, name, region, parameters)
    with account.lock, current(account):
        return _result(call)


def _result(call):
    own = _OPERATIONS.get((call.service, call.operation))
    return own(call) if own else call.moto()


class Replies:
    """The replies to transactions that were done, by their tokens: moto does them again."""

    def __init__(self, _account, _region):
        self.by_token = {}


def _raw(call):
    token = call.parameters.get("ClientRequestToken") if call.operation == "TransactWriteItems" else None
    replies = call.state(Replies).by_token
    if token in replies:
        return replies[token]
    reply = call.moto_raw()
    if token and reply[0] == 200:
        replies[token] = reply
    return reply


def answered(call):
    """(status, headers, body): our own answer, else moto's, cut into pages if tests ask for it."""
    own = (call.service, call.operation) in _OPERATIONS
    _GUARDS.get((call.service, call.operation), lambda _: None)(call)
    paged = paging.asked(call)
    if not own and not paged and call.protocol == wire.moto_protocol(call.service):
        return _raw(call)
    try:
        result = paging.page(call, _result) if paged else _result(call)
    except AwsError as error:
        result = error
    return wire.reply(call.service, call.operation, call.protocol, result)
