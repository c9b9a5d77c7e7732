"""Tests of the rule alone: `python3 -m unittest`, no WASM needed. The whole gate: ./test."""

import unittest

import rule
from rule import Config, State

WEIGHT = 10


def after(*p99s_ms: int | None, fresh: int = 0) -> State:
    """The state after a minute for each of these; None is a minute without requests."""
    state = State()
    for at, p99_ms in enumerate(p99s_ms):
        requests = 0 if p99_ms is None else 100
        rule.take(state, Config(), at * rule.MINUTE, requests, p99_ms, fresh)
    return state


def code(state: State, fresh: int = 0) -> str:
    ruling = rule.convicted(state, Config()) or rule.decide(state, Config(), WEIGHT, fresh)
    return ruling[1]


class RuleTest(unittest.TestCase):
    def test_three_minutes_in_a_row_over_the_budget_roll_back(self):
        self.assertEqual(code(after(501, 900)), "strike")
        self.assertEqual(code(after(501, 900, 700)), "over-budget")

    def test_a_calm_minute_wipes_strikes_out_and_one_near_the_budget_does_not(self):
        self.assertEqual(code(after(900, 900, 400, 900)), "strike")
        self.assertEqual(code(after(900, 900, 480, 900)), "over-budget")

    def test_three_calm_minutes_promote(self):
        self.assertEqual(code(after(300, 300)), "calming")
        self.assertEqual(code(after(300, 300, 300)), "within-budget")
        self.assertEqual(code(after(300, 300, 480)), "calming")

    def test_only_minutes_of_the_present_weight_promote(self):
        fresh = 180
        early = after(300, 300, 300, fresh=fresh)
        self.assertEqual(code(early, fresh), "not-yet")
        late = after(300, 300, 300, 300, 300, 300, fresh=fresh)
        self.assertEqual(code(late, fresh), "within-budget")

    def test_minutes_without_requests_are_no_data(self):
        self.assertEqual(code(after(300, 300, 300, None, None)), "within-budget")
        self.assertEqual(code(after(300, 300, 300, None, None, None)), "few-requests")

    def test_only_closed_minutes_past_their_lag_are_asked_for(self):
        traffic_at = 1_000_030  # the next whole minute begins at 1_000_080
        self.assertIsNone(rule.window(State(), Config(), traffic_at, 1_000_259))
        asked = rule.window(State(), Config(), traffic_at, 1_000_260)
        self.assertEqual(asked, (1_000_080, 1_000_140))
        read = State(read_to=1_000_140)
        self.assertIsNone(rule.window(read, Config(), traffic_at, 1_000_260))


if __name__ == "__main__":
    unittest.main()
