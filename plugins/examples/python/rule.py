"""The rule of the gate: minutes in, a decision out. It knows nothing of the contract.

A minute over the budget is a strike, and so many strikes roll back. A minute well within
the budget is a calm one: it wipes the strikes out, and so many calm minutes at the present weight
promote. Between `calm_ms` and `budget_ms` neither is counted: that is the hysteresis, without which
a p99 at the budget would make the gate change its mind every minute.
"""

from dataclasses import dataclass

MINUTE = 60
# So many minutes a look asks for at most; what remains is for the next.
MOST_MINUTES = 240
# So many minutes in a row with too few requests are no data.
QUIET_MINUTES = 3


@dataclass
class Config:
    """What the deployment file says; the schema in gate.py has the same defaults."""

    budget_ms: int = 500
    calm_ms: int | None = None
    strikes: int = 3
    calm_minutes: int = 3
    min_requests: int = 20
    lag_s: int = 120

    def calm_limit_ms(self) -> int:
        """At most so much is calm: nine tenths of the budget where the file says nothing."""
        return self.budget_ms * 9 // 10 if self.calm_ms is None else self.calm_ms


@dataclass
class State:
    """What is kept from look to look, as JSON."""

    read_to: int = 0  # the end of the last minute read, seconds since the epoch
    step: int = 0  # the step that the calm minutes belong to
    strikes: int = 0
    calm: int = 0
    quiet: int = 0
    p99_ms: int = 0  # of the newest minute with enough requests; 0 before there is one


def next_minute(time: int) -> int:
    """The beginning of the first minute that begins at `time` or later."""
    return (time + MINUTE - 1) // MINUTE * MINUTE


def fresh_from(verified_at: int, ttl_s: int) -> int:
    """Where evidence of the present weight begins: no resolver serves the former one any more."""
    return next_minute(verified_at + ttl_s)


def window(state: State, config: Config, traffic_at: int, now: int) -> tuple[int, int] | None:
    """The minutes to ask for: whole, not read yet, and old enough that CloudWatch has them all."""
    begin = max(state.read_to, next_minute(traffic_at))
    end = min((now - config.lag_s) // MINUTE * MINUTE, begin + MOST_MINUTES * MINUTE)
    return (begin, end) if end > begin else None


def take(
    state: State, config: Config, begin: int, requests: float, p99_ms: int | None, fresh: int
) -> None:
    """Takes in the minute that begins at `begin`; calm ones count from `fresh` on."""
    state.read_to = begin + MINUTE
    if requests < config.min_requests or p99_ms is None:
        state.quiet += 1
        return
    state.quiet = 0
    state.p99_ms = p99_ms
    if p99_ms > config.budget_ms:
        state.strikes += 1
        state.calm = 0
    elif p99_ms <= config.calm_limit_ms():
        state.strikes = 0
        if begin >= fresh:
            state.calm += 1


def strikes_told(state: State, config: Config) -> str:
    strikes = f"{state.strikes} of {config.strikes}"
    return f"p99 {state.p99_ms} ms; strikes over {config.budget_ms} ms: {strikes}"


def convicted(state: State, config: Config) -> tuple[str, str, str] | None:
    """The roll back, once there are enough strikes."""
    if state.strikes < config.strikes:
        return None
    return ("rollback", "over-budget", strikes_told(state, config))


def decide(state: State, config: Config, weight: int, fresh: int) -> tuple[str, str, str]:
    """What the minutes read so far amount to: decision, code, sentence.

    Promote rests on minutes of the present weight alone (`fresh`), however good the earlier were.
    """
    p99 = f"p99 {state.p99_ms} ms"
    if state.quiet >= QUIET_MINUTES:
        sentence = f"fewer than {config.min_requests} requests a minute for {state.quiet} minutes"
        return ("no_data", "few-requests", sentence)
    if state.read_to < fresh + MINUTE:
        return ("hold", "not-yet", f"no whole minute at weight {weight} is measured yet")
    if state.strikes > 0:
        return ("hold", "strike", strikes_told(state, config))
    if state.calm < config.calm_minutes:
        sentence = f"{p99}: {state.calm} of {config.calm_minutes} calm minutes at weight {weight}"
        return ("hold", "calming", sentence)
    sentence = f"{p99} is within {config.budget_ms} ms: {state.calm} calm minutes at weight {weight}"
    return ("promote", "within-budget", sentence)
