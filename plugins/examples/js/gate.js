// The gate p99-budget: how the contract (wit/gate.wit) and the rule (rule.js) meet.
//
// Five functions, each called in a fresh instance: nothing survives in a variable, only in `state`.
// Names of the contract are in camelCase here, a variant is { tag, val }, an option may be undefined.

import { DEFAULTS, EMPTY, MINUTE } from "./rule.js";
import { convicted, decide, freshFrom, newMinutes, take, withDefaults } from "./rule.js";

const whole = (minimum, maximum, name, description) => ({
  type: "integer",
  minimum,
  maximum,
  description,
  default: DEFAULTS[name],
});

// The host holds every deployment file to this before the gate is asked anything.
const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  properties: {
    budget_ms: whole(1, 60000, "budget_ms", "What the canary's p99 may be, in ms."),
    calm_ms: whole(1, 60000, "", "Calm is at most this, in ms; default: 9/10 of budget_ms."),
    strikes: whole(1, 30, "strikes", "So many minutes over the budget roll back, with no calm one between."),
    calm_minutes: whole(1, 60, "calm_minutes", "So many calm minutes at a weight promote."),
    min_requests: whole(1, 1000000, "min_requests", "A minute with fewer requests says nothing."),
    lag_s: whole(60, 900, "lag_s", "So long after its end a minute is complete, in seconds."),
  },
};

export const gate = {
  describe() {
    return {
      name: "p99-budget",
      version: "0.1.0",
      summary: "Rolls back when the canary's p99 stays over a budget.",
      configurationSchema: JSON.stringify(SCHEMA),
      // Its own deployment's series need no grant; it sends no requests and learns nothing.
      wishes: { metrics: [], http: false, memory: false },
    };
  },

  // What the schema cannot say.
  check(configuration) {
    const { budget_ms, calm_ms } = withDefaults(JSON.parse(configuration));
    if (calm_ms < budget_ms) {
      return [];
    }
    const message = `${calm_ms} ms is not below budget_ms (${budget_ms} ms)`;
    return [{ pointer: "/calm_ms", message }];
  },

  // Two series of the canary's balancer, for the minutes that are new since the last look.
  ask(situation, state) {
    const minutes = minutesToRead(situation, readState(state, situation));
    if (!minutes) {
      return [];
    }
    return [question("requests", "SampleCount", minutes), question("p99", "p99", minutes)];
  },

  // The words of an exception would be lost: it would be a trap, like any other.
  judge(situation, answers, state) {
    try {
      return judged(situation, answers, state);
    } catch (error) {
      const sentence = `the gate failed: ${error}`.slice(0, 1000);
      const val = { decision: "no-data", code: "exception", sentence, findings: [] };
      return { outcome: { tag: "verdict", val }, state, notes: `${error?.stack}`.slice(0, 2000) };
    }
  },

  // Nothing is kept for the next deployment; `wishes.memory` says so.
  learn() {
    return new Uint8Array();
  },
};

function judged(situation, answers, state) {
  const config = withDefaults(JSON.parse(situation.configuration));
  const fresh = freshFrom(situation.weightVerifiedAt, situation.ttlS);
  let kept = readState(state, situation);
  const trouble = whatIsMissing(situation, answers);
  const minutes = minutesToRead(situation, kept);
  if (!trouble && minutes) {
    const requests = values(answers, "requests");
    const p99 = values(answers, "p99");
    for (let begin = minutes.begin; begin < minutes.end; begin += MINUTE) {
      const p99_ms = p99.has(begin) ? Math.round(p99.get(begin) * 1000) : undefined;
      kept = take(kept, config, { begin, requests: requests.get(begin) ?? 0, p99_ms }, fresh);
    }
  }
  const ruling =
    convicted(kept, config) ?? trouble ?? decide(kept, config, situation.weight, fresh);
  return {
    outcome: { tag: "verdict", val: { ...ruling, findings: [row(kept, config)] } },
    state: bytes(JSON.stringify(kept)),
    notes: `strikes ${kept.strikes}, calm ${kept.calm}, quiet ${kept.quiet}`,
  };
}

// Empty at first. Calm minutes belong to one step: a new weight begins without any.
function readState(state, situation) {
  const kept = state.length > 0 ? JSON.parse(text(state)) : EMPTY;
  return kept.step === situation.step ? kept : { ...kept, step: situation.step, calm: 0 };
}

// In preflight nobody is sent to the canary yet, and there is nothing to ask about.
function minutesToRead({ canaryTrafficAt, configuration, now }, kept) {
  if (canaryTrafficAt === undefined || canaryTrafficAt === null) {
    return null;
  }
  return newMinutes(kept, withDefaults(JSON.parse(configuration)), canaryTrafficAt, now);
}

function question(id, statistic, { begin, end }) {
  const canary = { tag: "of", val: { side: "canary", part: { tag: "load-balancer" } } };
  const val = {
    id,
    namespace: "AWS/ApplicationELB",
    name: "TargetResponseTime",
    subject: canary,
    statistic,
    periodS: MINUTE,
    begin,
    end,
  };
  return { tag: "metric", val };
}

// Why the answers cannot be judged. Nothing was read then: the next look asks again.
function whatIsMissing({ canaryTrafficAt }, answers) {
  if (canaryTrafficAt === undefined || canaryTrafficAt === null) {
    const sentence = "the canary gets no traffic yet";
    return { decision: "no-data", code: "no-traffic", sentence };
  }
  for (const { tag, val } of answers) {
    if (tag === "denied" || tag === "failed") {
      const what = tag === "denied" ? "may not be asked for" : "cannot be read";
      const sentence = `${val.id} ${what}: ${val.why}`;
      return { decision: "no-data", code: "no-answer", sentence };
    }
    if (tag === "series" && val.completeness === "partial") {
      const sentence = "the provider delivered a part of the metrics";
      return { decision: "hold", code: "partial-data", sentence };
    }
  }
  return null;
}

// A series by the beginnings of its minutes; one without data is empty.
function values(answers, id) {
  const answer = answers.find(({ tag, val }) => tag === "series" && val.id === id);
  return new Map(answer?.val.points.map(({ time, value }) => [time, value]));
}

// The row of the report.
function row(kept, config) {
  const measured = kept.p99_ms > 0;
  let status = "ok";
  if (!measured) {
    status = "no-data";
  } else if (kept.strikes >= config.strikes) {
    status = "bad";
  } else if (kept.strikes > 0) {
    status = "warning";
  }
  const canary = measured ? kept.p99_ms : undefined;
  return { name: "p99", canary, limit: config.budget_ms, unit: "ms", status, series: [] };
}

// The state is JSON of plain ASCII, so a character is a byte.
function bytes(ascii) {
  return Uint8Array.from(ascii, (character) => character.charCodeAt(0));
}

function text(bytes) {
  return String.fromCharCode(...bytes);
}
