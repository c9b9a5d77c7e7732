//! Every recorded look evaluated again: the same questions, turn, state and notes, byte for byte.

use report::{LookDifference, Replayed};
use rollout::{Decision, Verdict};
use runner::question::{Question, Turn, TurnOutcome};
use runner::{Evaluation, GateFault, GateHost, Round};
use serde_json::{Value, json};

use crate::difference::{Place, places};

/// The one fault that depends on the machine, not on the bytes: no replay can tell whether it was
/// right.
const BY_THE_CLOCK: &str = "time-out";

/// Evaluates the recorded looks again, in their order, by the gates of `host`.
pub async fn replay<'a>(
    host: &dyn GateHost,
    deployment: &str,
    looks: impl IntoIterator<Item = &'a Evaluation>,
) -> Replayed {
    let mut replayed = Replayed { deployment: deployment.to_owned(), ..Replayed::default() };
    for look in looks {
        replayed.looks += 1;
        if look.verdict.decision == Decision::Error && look.verdict.code == BY_THE_CLOCK {
            replayed.by_the_clock += 1;
            continue;
        }
        let found = again(host, look).await;
        if let Some((round, found)) = found {
            replayed.differing += 1;
            replayed.differences.extend(found.into_iter().map(|(place, recorded, replayed)| {
                LookDifference {
                    gate: look.gate.clone(),
                    look: look.number,
                    at: look.situation.now,
                    round,
                    place,
                    recorded,
                    replayed,
                }
            }));
        }
    }
    replayed
}

/// Where a look evaluated again differs for the first time: the round, and the places in it.
async fn again(host: &dyn GateHost, look: &Evaluation) -> Option<(u32, Vec<Place>)> {
    let mut situation = look.situation.clone();
    let mut asked = host.ask(&look.gate, &situation, &look.state_before).await;
    let mut state = look.state_before.clone();
    for (round, recorded) in (1_u32..).zip(&look.rounds) {
        let questions = match asked {
            Err(fault) => {
                return Some((round, unlike_fault("questions", &recorded.questions, &fault)));
            }
            Ok(questions) => questions,
        };
        let found = of_questions(&recorded.questions, &questions);
        if !found.is_empty() {
            return Some((round, found));
        }
        if is_repeated(look, recorded) {
            return None;
        }
        situation.round = round;
        let turn = host.judge(&look.gate, &situation, &recorded.answers, &state).await;
        let found = match (&recorded.turn, &turn) {
            (Some(recorded), Ok(turn)) => of_turns(recorded, turn),
            (Some(recorded), Err(fault)) => unlike_fault("turn", recorded, fault),
            (None, Ok(turn)) => vec![("turn".to_owned(), worded(&look.verdict), text(turn))],
            (None, Err(fault)) => of_faults(&look.verdict, fault),
        };
        if !found.is_empty() {
            return Some((round, found));
        }
        let Ok(turn) = turn else { return None };
        state = turn.state;
        asked = match turn.outcome {
            TurnOutcome::More(questions) => Ok(questions),
            TurnOutcome::Verdict(verdict) => {
                return of_end(look, &verdict, &state).map(|it| (round, it));
            }
        };
    }
    // The questions failed then, or were too many rounds.
    match asked {
        Err(fault) => {
            let found = of_faults(&look.verdict, &fault);
            (!found.is_empty()).then_some((1, found))
        }
        Ok(questions) if look.rounds.is_empty() => {
            Some((1, vec![("questions".to_owned(), worded(&look.verdict), text(&questions))]))
        }
        Ok(_) => None,
    }
}

/// What was drawn from the look is what its last turn said.
fn of_end(look: &Evaluation, verdict: &Verdict, state: &[u8]) -> Option<Vec<Place>> {
    let mut found = differing("verdict", &json!(look.verdict), &json!(verdict));
    if look.state_after != state {
        found.push(of_bytes(&look.state_after, state));
    }
    (!found.is_empty()).then_some(found)
}

/// Whether nobody was asked: the same questions about closed periods repeated the last verdict.
fn is_repeated(look: &Evaluation, round: &Round) -> bool {
    let unasked = round.answers.is_empty() && !round.questions.is_empty() && round.turn.is_none();
    look.rounds.len() == 1 && unasked
}

fn of_questions(recorded: &[Question], replayed: &[Question]) -> Vec<Place> {
    differing("questions", &json!(recorded), &json!(replayed))
}

/// What a turn says, and its state: as JSON where it is JSON, so that people see what differs.
fn of_turns(recorded: &Turn, replayed: &Turn) -> Vec<Place> {
    let parts = |turn: &Turn| json!({ "outcome": turn.outcome, "notes": turn.notes });
    let mut found = differing("turn", &parts(recorded), &parts(replayed));
    if recorded.state != replayed.state {
        let states = [recorded, replayed].map(|turn| serde_json::from_slice::<Value>(&turn.state));
        let within = match &states {
            [Ok(a), Ok(b)] => differing("state", a, b),
            _ => Vec::new(),
        };
        match within.is_empty() {
            true => found.push(of_bytes(&recorded.state, &replayed.state)),
            false => found.extend(within),
        }
    }
    found
}

fn of_bytes(recorded: &[u8], replayed: &[u8]) -> Place {
    let same = recorded.iter().zip(replayed).take_while(|(a, b)| a == b).count();
    let shown = |bytes: &[u8]| match bytes.get(same) {
        Some(byte) => format!("{} bytes, {byte:#04x} at {same}", bytes.len()),
        None => format!("{} bytes", bytes.len()),
    };
    ("state".to_owned(), shown(recorded), shown(replayed))
}

/// Values that are equal may still be written otherwise: the bytes decide.
fn differing(name: &str, recorded: &Value, replayed: &Value) -> Vec<Place> {
    let found = places(name, recorded, replayed);
    let [before, now] = [recorded, replayed].map(Value::to_string);
    match found.is_empty() && before != now {
        true => vec![(name.to_owned(), before, now)],
        false => found,
    }
}

fn of_faults(recorded: &Verdict, fault: &GateFault) -> Vec<Place> {
    let replayed = Verdict::plain(Decision::Error, &fault.code, fault.sentence.clone());
    differing("fault", &json!(recorded), &json!(replayed))
}

fn unlike_fault(what: &str, recorded: &impl serde::Serialize, fault: &GateFault) -> Vec<Place> {
    vec![(what.to_owned(), text(recorded), format!("{}: {}", fault.code, fault.sentence))]
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

fn worded(verdict: &Verdict) -> String {
    format!("{}: {}", verdict.code, verdict.sentence)
}
