// Tests of the rule alone: `node --test`, no WASM needed. The whole gate: ./test.

import assert from "node:assert/strict";
import test from "node:test";
import * as rule from "./rule.js";

const CONFIG = rule.withDefaults({});
const WEIGHT = 10;

// The state after a minute for each of these; undefined is a minute without requests.
function after(p99s, fresh = 0) {
  return p99s.reduce((state, p99_ms, at) => {
    const requests = p99_ms === undefined ? 0 : 100;
    return rule.take(state, CONFIG, { begin: at * rule.MINUTE, requests, p99_ms }, fresh);
  }, rule.EMPTY);
}

function code(state, fresh = 0) {
  return (rule.convicted(state, CONFIG) ?? rule.decide(state, CONFIG, WEIGHT, fresh)).code;
}

test("three minutes in a row over the budget roll back", () => {
  assert.equal(code(after([501, 900])), "strike");
  assert.equal(code(after([501, 900, 700])), "over-budget");
});

test("a calm minute wipes strikes out, and one near the budget does not", () => {
  assert.equal(code(after([900, 900, 400, 900])), "strike");
  assert.equal(code(after([900, 900, 480, 900])), "over-budget");
});

test("three calm minutes promote", () => {
  assert.equal(code(after([300, 300])), "calming");
  assert.equal(code(after([300, 300, 300])), "within-budget");
  assert.equal(code(after([300, 300, 480])), "calming");
});

test("only minutes of the present weight promote", () => {
  const fresh = 180;
  assert.equal(code(after([300, 300, 300], fresh), fresh), "not-yet");
  assert.equal(code(after([300, 300, 300, 300, 300, 300], fresh), fresh), "within-budget");
});

test("minutes without requests are no data", () => {
  const quiet = undefined;
  assert.equal(code(after([300, 300, 300, quiet, quiet])), "within-budget");
  assert.equal(code(after([300, 300, 300, quiet, quiet, quiet])), "few-requests");
});

test("only closed minutes past their lag are asked for", () => {
  const trafficAt = 1_000_030; // the next whole minute begins at 1_000_080
  assert.equal(rule.newMinutes(rule.EMPTY, CONFIG, trafficAt, 1_000_259), null);
  const asked = rule.newMinutes(rule.EMPTY, CONFIG, trafficAt, 1_000_260);
  assert.deepEqual(asked, { begin: 1_000_080, end: 1_000_140 });
  const read = { ...rule.EMPTY, read_to: 1_000_140 };
  assert.equal(rule.newMinutes(read, CONFIG, trafficAt, 1_000_260), null);
});
