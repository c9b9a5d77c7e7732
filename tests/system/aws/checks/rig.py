"""One emulator for all checks, an account of its own for each, and clients to it."""

import atexit
import functools
import itertools
import json
import pathlib
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

REGION = "eu-west-3"
FOLDER = pathlib.Path(__file__).resolve().parent.parent
_accounts = itertools.count(100_000_000_001)


@functools.cache
def port():
    """Starts the emulator; it ends with us, since its standard input does."""
    server = subprocess.Popen(
        [sys.executable, FOLDER / "server.py"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    atexit.register(server.stdout.close)
    return int(server.stdout.readline().rsplit(" ", 1)[-1])


class Refused(Exception):
    """What the control API refused."""


def control(method, path, asked=None, account=None):
    """A call of the control API."""
    url = f"http://127.0.0.1:{port()}/_test/{path}?account={account}"
    body = None if asked is None else json.dumps(asked).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise Refused(error.read().decode()) from None


@functools.cache
def _session():
    return boto3.Session()


def client(service, account, key=None):
    """A boto3 client whose access key names the account; it does not retry."""
    return _session().client(
        service,
        region_name=REGION,
        endpoint_url=f"http://127.0.0.1:{port()}",
        aws_access_key_id=key or f"AKIA{account}TEST",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )


class Check(unittest.TestCase):
    """An account with the standard surroundings. Its time stands still but for `later`, so that nothing
    races with a busy machine."""

    wanted = {}

    def setUp(self):
        self.account = str(next(_accounts))
        self.ground = self.post("account", self.wanted)
        self.post("clock", {"speed": 0})

    def post(self, path, asked=None):
        return control("POST", path, asked or {}, self.account)

    def get(self, path):
        return control("GET", path, None, self.account)

    @functools.cache
    def aws(self, service):
        return client(service, self.account)

    def later(self, seconds):
        """Skips so much of the emulator's time."""
        self.post("clock", {"advance": seconds})

    def now(self):
        return self.get("clock")["now"]

    def refused(self, code, call, **parameters):
        """The sentence of the refusal that a call must meet."""
        with self.assertRaises(Exception) as caught:
            call(**parameters)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]
