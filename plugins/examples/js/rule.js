// The rule of the gate: minutes in, a decision out. It knows nothing of the contract.
//
// A minute over the budget is a strike, and so many strikes roll back. A minute well within
// the budget is a calm one: it wipes the strikes out, and so many calm minutes at the present weight
// promote. Between `calm_ms` and `budget_ms` neither is counted: that is the hysteresis, without
// which a p99 at the budget would make the gate change its mind every minute.

export const MINUTE = 60;
// So many minutes a look asks for at most; what remains is for the next.
const MOST_MINUTES = 240;
// So many minutes in a row with too few requests are no data.
const QUIET_MINUTES = 3;

// What the deployment file may leave out; the schema in gate.js is made of it.
export const DEFAULTS = { budget_ms: 500, strikes: 3, calm_minutes: 3, min_requests: 20, lag_s: 120 };

// What is kept from look to look, as JSON.
export const EMPTY = {
  read_to: 0, // the end of the last minute read, seconds since the epoch
  step: 0, // the step that the calm minutes belong to
  strikes: 0,
  calm: 0,
  quiet: 0,
  p99_ms: 0, // of the newest minute with enough requests; 0 before there is one
};

// The configuration with its defaults; calm is at most nine tenths of the budget.
export function withDefaults(config) {
  const full = { ...DEFAULTS, ...config };
  return { calm_ms: Math.floor((full.budget_ms * 9) / 10), ...full };
}

// The beginning of the first minute that begins at `time` or later.
function nextMinute(time) {
  return Math.ceil(time / MINUTE) * MINUTE;
}

// Where evidence of the present weight begins: no resolver serves the former one any more.
export function freshFrom(verifiedAt, ttlS) {
  return nextMinute(verifiedAt + ttlS);
}

// The minutes to ask for: whole, not read yet, and old enough that CloudWatch has them all.
export function newMinutes(state, config, trafficAt, now) {
  const begin = Math.max(state.read_to, nextMinute(trafficAt));
  const closed = Math.floor((now - config.lag_s) / MINUTE) * MINUTE;
  const end = Math.min(closed, begin + MOST_MINUTES * MINUTE);
  return end > begin ? { begin, end } : null;
}

// The state after the minute that begins at `begin`; calm ones count from `fresh` on.
export function take(state, config, { begin, requests, p99_ms }, fresh) {
  const next = { ...state, read_to: begin + MINUTE };
  if (requests < config.min_requests || p99_ms === undefined) {
    return { ...next, quiet: state.quiet + 1 };
  }
  next.quiet = 0;
  next.p99_ms = p99_ms;
  if (p99_ms > config.budget_ms) {
    return { ...next, strikes: state.strikes + 1, calm: 0 };
  }
  if (p99_ms <= config.calm_ms) {
    return { ...next, strikes: 0, calm: state.calm + (begin >= fresh ? 1 : 0) };
  }
  return next;
}

// The roll back, once there are enough strikes.
export function convicted(state, config) {
  if (state.strikes < config.strikes) {
    return null;
  }
  return { decision: "rollback", code: "over-budget", sentence: strikesTold(state, config) };
}

function strikesTold(state, config) {
  const strikes = `${state.strikes} of ${config.strikes}`;
  return `p99 ${state.p99_ms} ms; strikes over ${config.budget_ms} ms: ${strikes}`;
}

// What the minutes read so far amount to. Promote rests on minutes of the present weight alone
// (`fresh`), however good the earlier were.
export function decide(state, config, weight, fresh) {
  const p99 = `p99 ${state.p99_ms} ms`;
  if (state.quiet >= QUIET_MINUTES) {
    const sentence = `fewer than ${config.min_requests} requests a minute for ${state.quiet} minutes`;
    return { decision: "no-data", code: "few-requests", sentence };
  }
  if (state.read_to < fresh + MINUTE) {
    const sentence = `no whole minute at weight ${weight} is measured yet`;
    return { decision: "hold", code: "not-yet", sentence };
  }
  if (state.strikes > 0) {
    return { decision: "hold", code: "strike", sentence: strikesTold(state, config) };
  }
  if (state.calm < config.calm_minutes) {
    const sentence = `${p99}: ${state.calm} of ${config.calm_minutes} calm minutes at weight ${weight}`;
    return { decision: "hold", code: "calming", sentence };
  }
  const sentence = `${p99} is within ${config.budget_ms} ms: ${state.calm} calm minutes at weight ${weight}`;
  return { decision: "promote", code: "within-budget", sentence };
}
