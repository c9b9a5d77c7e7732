"""The gate p99-budget: how the contract (wit/gate.wit) and the rule (rule.py) meet.

Five functions, each called in a fresh instance: nothing survives in a variable, only in `state`.
"""

import json
import math
from dataclasses import asdict

import rule
from rule import Config, State
from wit_world import exports
from wit_world.exports import gate
from wit_world.exports.gate import (
    Answer_Denied,
    Answer_Failed,
    Answer_Series,
    Completeness,
    Decision,
    Description,
    Finding,
    FindingStatus,
    Issue,
    MetricQuestion,
    Outcome_Verdict,
    OwnSeries,
    Part_LoadBalancer,
    Question_Metric,
    Side,
    Situation,
    Subject_Of,
    Turn,
    Verdict,
    Wishes,
)


def whole(least: int, most: int, default: int | None, description: str) -> dict:
    """A property of the schema: a whole number."""
    field = {"type": "integer", "minimum": least, "maximum": most, "description": description}
    return field if default is None else field | {"default": default}


# The host holds every deployment file to this before the gate is asked anything.
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "budget_ms": whole(1, 60000, 500, "What the canary's p99 may be, in ms."),
        "calm_ms": whole(1, 60000, None, "Calm is at most this, in ms; default: 9/10 of budget_ms."),
        "strikes": whole(1, 30, 3, "So many minutes over the budget roll back, with no calm one between."),
        "calm_minutes": whole(1, 60, 3, "So many calm minutes at a weight promote."),
        "min_requests": whole(1, 1000000, 20, "A minute with fewer requests says nothing."),
        "lag_s": whole(60, 900, 120, "So long after its end a minute is complete, in seconds."),
    },
}


class Gate(exports.Gate):
    def describe(self) -> Description:
        return Description(
            name="p99-budget",
            version="0.1.0",
            summary="Rolls back when the canary's p99 stays over a budget.",
            configuration_schema=json.dumps(SCHEMA),
            # Its own deployment's series need no grant; it sends no requests and learns nothing.
            wishes=Wishes(metrics=[], http=False, memory=False),
        )

    def check(self, configuration: str) -> list[Issue]:
        """What the schema cannot say."""
        config = read_config(configuration)
        if config.calm_limit_ms() < config.budget_ms:
            return []
        message = f"{config.calm_limit_ms()} ms is not below budget_ms ({config.budget_ms} ms)"
        return [Issue(pointer="/calm_ms", message=message)]

    def ask(self, situation: Situation, state: bytes) -> list[gate.Question]:
        """Two series of the canary's balancer, for the minutes that are new since the last look."""
        minutes = new_minutes(situation, read_state(state, situation))
        if minutes is None:
            return []
        return [question("requests", "SampleCount", minutes), question("p99", "p99", minutes)]

    def judge(self, situation: Situation, answers: list[gate.Answer], state: bytes) -> Turn:
        """The words of an exception would be lost: it would be a trap, like any other."""
        try:
            return judged(situation, answers, state)
        except Exception as error:
            # `traceback` would read the sources, which are not there.
            at, place = error.__traceback__, []
            while at:
                place.append(f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}")
                at = at.tb_next
            verdict = Verdict(
                decision=Decision.NO_DATA,
                code="exception",
                sentence=f"the gate failed: {error!r}"[:1000],
                findings=[],
                look_again_in_s=None,
            )
            return Turn(Outcome_Verdict(verdict), state, " → ".join(place)[-2000:])

    def learn(self, situation: Situation, state: bytes) -> bytes:
        """Nothing is kept for the next deployment; `wishes.memory` says so."""
        return b""


def judged(situation: Situation, answers: list[gate.Answer], state: bytes) -> Turn:
    """The verdict on what was answered, and the state for the next look."""
    config = read_config(situation.configuration)
    kept = read_state(state, situation)
    fresh = rule.fresh_from(situation.weight_verified_at, situation.ttl_s)
    trouble = what_is_missing(situation, answers)
    minutes = new_minutes(situation, kept)
    if trouble is None and minutes is not None:
        requests, p99 = (values(answers, name) for name in ("requests", "p99"))
        for begin in range(*minutes, rule.MINUTE):
            p99_ms = math.floor(p99[begin] * 1000 + 0.5) if begin in p99 else None
            rule.take(kept, config, begin, requests.get(begin, 0), p99_ms, fresh)
    ruling = (
        rule.convicted(kept, config)
        or trouble
        or rule.decide(kept, config, situation.weight, fresh)
    )
    return turn(ruling, kept, config)


def read_config(text: str) -> Config:
    """JSON knows no whole numbers: 500.0 is one too, and 0.5 stays what it is."""

    def exact(value: object) -> object:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return Config(**{name: exact(value) for name, value in json.loads(text).items()})


def read_state(state: bytes, situation: Situation) -> State:
    """Empty at first. Calm minutes belong to one step: a new weight begins without any."""
    kept = State(**json.loads(state)) if state else State()
    if kept.step != situation.step:
        kept.step, kept.calm = situation.step, 0
    return kept


def new_minutes(situation: Situation, kept: State) -> tuple[int, int] | None:
    """In preflight nobody is sent to the canary yet, and there is nothing to ask about."""
    if situation.canary_traffic_at is None:
        return None
    config = read_config(situation.configuration)
    return rule.window(kept, config, situation.canary_traffic_at, situation.now)


def question(name: str, statistic: str, minutes: tuple[int, int]) -> Question_Metric:
    return Question_Metric(
        MetricQuestion(
            id=name,
            namespace="AWS/ApplicationELB",
            name="TargetResponseTime",
            subject=Subject_Of(OwnSeries(side=Side.CANARY, part=Part_LoadBalancer())),
            statistic=statistic,
            period_s=rule.MINUTE,
            begin=minutes[0],
            end=minutes[1],
        )
    )


def what_is_missing(
    situation: Situation, answers: list[gate.Answer]
) -> tuple[str, str, str] | None:
    """Why the answers cannot be judged. Nothing was read then: the next look asks again."""
    if situation.canary_traffic_at is None:
        return ("no_data", "no-traffic", "the canary gets no traffic yet")
    for answer in answers:
        match answer:
            case Answer_Denied(value):
                sentence = f"{value.id} may not be asked for: {value.why}"
                return ("no_data", "no-answer", sentence)
            case Answer_Failed(value):
                return ("no_data", "no-answer", f"{value.id} cannot be read: {value.why}")
            case Answer_Series(value) if value.completeness is Completeness.PARTIAL:
                return ("hold", "partial-data", "the provider delivered a part of the metrics")
    return None


def values(answers: list[gate.Answer], name: str) -> dict[int, float]:
    """A series by the beginnings of its minutes; one without data is empty."""
    for answer in answers:
        if isinstance(answer, Answer_Series) and answer.value.id == name:
            return {point.time: point.value for point in answer.value.points}
    return {}


def turn(ruling: tuple[str, str, str], kept: State, config: Config) -> Turn:
    """The end of a look: the verdict, a row for the report, the state."""
    decision, code, sentence = ruling
    measured = float(kept.p99_ms) if kept.p99_ms > 0 else None
    if measured is None:
        status = FindingStatus.NO_DATA
    elif kept.strikes >= config.strikes:
        status = FindingStatus.BAD
    elif kept.strikes > 0:
        status = FindingStatus.WARNING
    else:
        status = FindingStatus.OK
    row = Finding(
        name="p99",
        canary=measured,
        baseline=None,
        limit=float(config.budget_ms),
        unit="ms",
        status=status,
        series=[],
    )
    verdict = Verdict(
        decision=Decision[decision.upper()],
        code=code,
        sentence=sentence,
        findings=[row],
        look_again_in_s=None,
    )
    notes = f"strikes {kept.strikes}, calm {kept.calm}, quiet {kept.quiet}"
    return Turn(Outcome_Verdict(verdict), json.dumps(asdict(kept)).encode(), notes)
