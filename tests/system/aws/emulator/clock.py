"""The emulator's time: wall time, run faster, one clock an account.

Every instant AWS returns is of this clock. moto takes its instants from `moto.core.utils.utcnow`,
which is replaced here, before any of moto's services is loaded.
"""

import datetime
import threading
import time

from moto.core import utils as moto_utils

_current = threading.local()


class Clock:
    """Seconds since the epoch, `speed` times as fast as wall time. It never goes back."""

    def __init__(self):
        self._epoch = time.time()
        self._monotonic = time.monotonic()
        self.speed = 1.0

    def now(self):
        return self._epoch + (time.monotonic() - self._monotonic) * self.speed

    def change(self, speed=None, now=None, advance=None):
        """Sets the speed from here on, jumps to `now` (only forwards), or skips seconds."""
        self._epoch = max(self.now(), float(now or 0)) + float(advance or 0)
        self._monotonic = time.monotonic()
        if speed is not None:
            self.speed = float(speed)


class current:
    """Within it, this thread works for that account: moto's instants are of its clock."""

    def __init__(self, account):
        self.account = account

    def __enter__(self):
        self._before = getattr(_current, "account", None)
        _current.account = self.account

    def __exit__(self, *_):
        _current.account = self._before


def utcnow():
    """What moto calls: the current account's now, naive and in UTC, as moto expects."""
    account = getattr(_current, "account", None)
    seconds = account.now() if account else time.time()
    return moment(seconds).replace(tzinfo=None)


def moment(seconds):
    """An instant as the serialisers of AWS's protocols take it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def epoch(value):
    """Seconds since the epoch of whatever a protocol carries an instant as."""
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return aware.timestamp()
    if isinstance(value, str):
        return epoch(datetime.datetime.fromisoformat(value.replace("Z", "+00:00")))
    return float(value)


moto_utils.utcnow = utcnow
