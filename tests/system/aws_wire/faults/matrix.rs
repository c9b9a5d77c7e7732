//! Each story with each fault at each of its calls, in an account of its own each time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::super::world::{World, run};
use super::drive::Stage;
use super::judge;
use super::standing::standing;
use super::story::Story;
use super::strike::{Call, Kind, Strike};

/// Stories played side by side: the emulator is one process on one core.
const SIDE_BY_SIDE: usize = 2;

/// Operations that change nothing begin so.
const READING: [&str; 4] = ["Get", "List", "Describe", "Scan"];

/// What a play came to.
struct Played {
    exit_code: Result<u8, String>,
    died: bool,
    /// What stood at the end.
    after: BTreeSet<String>,
    calls: Vec<Value>,
    complaints: Vec<String>,
    journal: Vec<String>,
}

/// What the plays of a story came to.
pub(crate) struct Survey {
    story: Story,
    plays: usize,
    /// A failure each.
    failures: Vec<String>,
}

/// Plays a story undisturbed, and then with every fault at every call of it.
pub(crate) fn play_all(story: Story) -> Survey {
    let clean = play(story, None);
    // What goes back leaves the account as it was.
    let wanted = match story {
        Story::FirstSick | Story::SecondSick => standing(&story.world()),
        _ => clean.after.clone(),
    };
    let mut failures = Vec::from_iter(failure(story, None, &clean, &wanted));
    let strikes = strikes(&clean.calls, from(story, &clean.calls));
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(strike) = strikes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = play(story, Some(strike));
                    let failure = failure(story, Some(strike), &played, &wanted);
                    failed.lock().unwrap().extend(failure);
                }
            });
        }
    });
    failures.extend(failed.into_inner().unwrap());
    Survey { story, plays: strikes.len() + 1, failures }
}

/// Every play ended as it may.
pub(crate) fn assert_survived(survey: &Survey) {
    let Survey { story, plays, failures } = survey;
    println!("{story:?}: {plays} plays");
    let count = failures.len();
    assert!(failures.is_empty(), "{count} of {plays} plays:\n\n{}", failures.join("\n\n"));
}

/// Every fault at every write of weights, and at the first and the last of all other writes. A
/// story that differs from another only from an instant on is struck from then on.
///
/// Reading takes no turn of its own each: all readings are struck at once, the first of each kind,
/// by every fault that leaves the driver alive.
fn strikes(calls: &[Value], from: f64) -> Vec<Strike> {
    let mut instants: BTreeMap<Call, Vec<f64>> = BTreeMap::new();
    for call in calls {
        let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
        let first = Call { service: text("service"), operation: text("operation"), nth: 1 };
        instants.entry(first).or_default().push(call["at"].as_f64().unwrap_or_default());
    }
    let (mut strikes, mut readings) = (Vec::new(), Vec::new());
    for (call, instants) in instants {
        if READING.iter().any(|it| call.operation.starts_with(it)) {
            readings.push(call);
            continue;
        }
        let is_weights = call.operation == "ChangeResourceRecordSets";
        for (at, instant) in instants.iter().enumerate() {
            let is_chosen = is_weights || at == 0 || at + 1 == instants.len();
            if is_chosen && *instant >= from {
                let call = Call { nth: at + 1, ..call.clone() };
                strikes.extend(Kind::ALL.map(|kind| Strike { kind, calls: vec![call.clone()] }));
            }
        }
    }
    let alive = Kind::ALL.into_iter().filter(|kind| !kind.kills());
    strikes.extend(alive.map(|kind| Strike { kind, calls: readings.clone() }));
    strikes
}

/// From when on a story is struck: one of those that end badly is another story until its tasks
/// fall ill, which is at its first weight.
fn from(story: Story, calls: &[Value]) -> f64 {
    let shift = calls.iter().find(|it| it["operation"] == "ChangeResourceRecordSets");
    match (story, shift) {
        (Story::FirstSick | Story::SecondSick, Some(shift)) => shift["at"].as_f64().unwrap_or(0.0),
        _ => 0.0,
    }
}

fn play(story: Story, strike: Option<&Strike>) -> Played {
    let world = story.world();
    let mut played = None;
    run(async { played = Some(play_in(story, &world, strike).await) });
    played.expect("it was played")
}

async fn play_in(story: Story, world: &World, strike: Option<&Strike>) -> Played {
    let stage = Stage::new(story, world);
    let end = stage.play(strike).await;
    // Lets those go that are still held.
    world.post("faults", &Value::Array(Vec::new()));
    world.advance(60);
    let after = standing(world);
    let calls = world.get("calls", &Value::Null).as_array().cloned().unwrap_or_default();
    Played {
        died: matches!(end, Ok((_, true))),
        exit_code: end.map(|(end, _)| end.exit_code).map_err(|error| error.to_string()),
        after,
        calls,
        complaints: judge::course(story, world),
        journal: stage.journal().await,
    }
}

/// What is wrong with a play, for who wants to play it again.
fn failure(
    story: Story,
    strike: Option<&Strike>,
    played: &Played,
    wanted: &BTreeSet<String>,
) -> Option<String> {
    let mut complaints = played.complaints.clone();
    if played.exit_code != Ok(story.exit_code()) {
        complaints.push(format!("S14: the exit code is {:?}", played.exit_code));
    }
    complaints.extend(judge::end(story, &played.after));
    let missing = wanted.difference(&played.after).map(|it| format!("S12: lacks {it}"));
    let left = played.after.difference(wanted).map(|it| format!("S12: left is {it}"));
    complaints.extend(missing.chain(left));
    if story == Story::Shared && !played.journal.iter().any(|it| it.contains("stays, for others")) {
        complaints.push("S12: the listener that stays is named nowhere".to_owned());
    }
    let kills = strike.is_some_and(|it| it.kind.kills());
    if kills != played.died {
        complaints.push(format!("the driver {} die", if played.died { "did" } else { "did not" }));
    }
    let what = strike.map_or("undisturbed".to_owned(), Strike::to_string);
    let calls = played.calls.iter().map(told).collect::<Vec<_>>().join("\n    ");
    let journal = played.journal.join("\n    ");
    (!complaints.is_empty()).then(|| {
        let complaints = complaints.join("\n  ");
        format!(
            "{story:?}, {what}:\n  {complaints}\n  journal:\n    {journal}\n  calls:\n    {calls}"
        )
    })
}

fn told(call: &Value) -> String {
    let text = |name: &str| call[name].as_str().unwrap_or_default();
    let fault = call["fault"].as_str().map_or(String::new(), |it| format!(" [{it}]"));
    let asked: String = call["parameters"].to_string().chars().take(200).collect();
    format!("{} {}.{}{fault} {asked}", call["at"], text("service"), text("operation"))
}
