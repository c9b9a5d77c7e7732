"""An account: its clock, its agenda, its settings, its faults, and what each service keeps in it.

Nothing runs in the background. What is due (a task starts, a resource of a stack is complete) lies on
the agenda and happens, in order and stamped with its own instant, before the next request is answered.
"""

import contextlib
import heapq
import itertools
import threading

from . import clock, faults

DEFAULTS = {
    "stack_resource_s": 1.0,  # a resource of a stack takes so long, at making and at deleting
    "task_start_s": 3.0,  # from placed to RUNNING
    "task_stop_s": 1.0,  # from told to stop to STOPPED
    "health_initial_s": 5.0,  # a target is `initial` so long, then healthy
    "table_create_s": 2.0,  # a DynamoDB table is CREATING so long
    "insync_s": 3.0,  # a change of records is PENDING so long
    "metric_lag_s": 60.0,  # a minute of metrics is visible so long after its end
    "route53_per_s": 0,  # more calls a second are "Rate exceeded" (AWS: 5 an account); 0 is no limit
    "page_size": 0,  # entries of a page of any listing; 0 is AWS's own
    "metric_page_size": 0,  # data points of a page of GetMetricData; 0 is AWS's own, 100,800
}


class Account:
    """One account. `lock` is held while a request of it is answered."""

    def __init__(self, account_id, dispatch):
        self.id = account_id
        self.dispatch = dispatch
        self.lock = threading.RLock()
        self.clock = clock.Clock()
        self.region = None
        self.settings = dict(DEFAULTS)
        self.faults = faults.Faults()
        self.calls = []
        self._agenda = []
        self._order = itertools.count()
        self._instant = None
        self._states = {}

    def now(self):
        """The instant of what happens just now: that of the agenda, else of the clock."""
        return self.clock.now() if self._instant is None else self._instant

    def at(self, when, what):
        """Puts a call of `what` on the agenda."""
        heapq.heappush(self._agenda, (when, next(self._order), what))

    def after(self, seconds, what):
        self.at(self.now() + float(seconds), what)

    def catch_up(self):
        """Lets happen what is due. Calls made meanwhile do not come here again."""
        if self._instant is not None:
            return
        until = self.clock.now()
        try:
            while self._agenda and self._agenda[0][0] <= until:
                when, _, what = heapq.heappop(self._agenda)
                self._instant = when
                what()
        finally:
            self._instant = None

    def settle(self):
        """Within a request: lets happen what is due at its very instant."""
        while self._agenda and self._agenda[0][0] <= self._instant:
            heapq.heappop(self._agenda)[2]()

    @contextlib.contextmanager
    def standing_still(self):
        """What is due happens; then time stands until the request is answered."""
        self.catch_up()
        self._instant = self.clock.now()
        try:
            yield
        finally:
            self._instant = None

    def state(self, kind, region="aws"):
        """What a service keeps of this account and region; made when first asked for."""
        key = (kind, region)
        if key not in self._states:
            self._states[key] = kind(self, region)
        return self._states[key]

    def call(self, service, operation, region, /, **parameters):
        """A call of AWS's API by the account itself: no journal, no faults."""
        return self.dispatch(self, service, operation, region, parameters)


class Accounts:
    """All accounts, each made when first named."""

    def __init__(self, dispatch):
        self._dispatch = dispatch
        self._lock = threading.Lock()
        self._accounts = {}

    def get(self, account_id):
        with self._lock:
            if account_id not in self._accounts:
                self._accounts[account_id] = Account(account_id, self._dispatch)
            return self._accounts[account_id]

    def forget(self, account_id):
        with self._lock:
            self._accounts.pop(account_id, None)
