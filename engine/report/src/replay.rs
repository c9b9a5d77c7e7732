//! What came of evaluating a run's recorded looks again.

use rollout::EpochS;
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::date_time;
use crate::numbers::counted;
use crate::text::fit;

/// Columns of a value that differs; machines get all of it.
const VALUE: usize = 100;
/// So many looks are told, and so many places of each; machines get all.
const LOOKS: usize = 3;
const PLACES: usize = 4;

/// The recorded looks of a run, evaluated again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Replayed {
    /// The run.
    pub deployment: String,
    /// How many looks it holds.
    pub looks: u32,
    /// How many of them differ now.
    pub differing: u32,
    /// How many ended when the gate's time was over: that depends on the machine, so they are not
    /// evaluated again.
    pub by_the_clock: u32,
    /// Where the others differ.
    #[serde(skip)]
    pub differences: Vec<LookDifference>,
}

/// A place where a look differs from the recorded one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LookDifference {
    /// The gate's name.
    pub gate: String,
    /// Its number, counted from 0 for each gate.
    pub look: u32,
    /// When it was, in seconds since the epoch.
    pub at: EpochS,
    /// The round of questions, from 1.
    pub round: u32,
    /// Where: `questions/0/metric/begin`, `turn/outcome/verdict/code`, `state/warm`, `fault/code`.
    pub place: String,
    /// What was recorded.
    pub recorded: String,
    /// What came now.
    pub replayed: String,
}

/// A line of `replay --output json`.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "replay", rename_all = "kebab-case")]
pub(crate) enum Line<'a> {
    /// A place where a look differs from the recorded one.
    Difference(&'a LookDifference),
    /// The last line: what came of all looks.
    Summary(&'a Replayed),
}

/// For machines: a line for each difference, and a summary.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn replay_ndjson(replayed: &Replayed) -> serde_json::Result<String> {
    let differences = replayed.differences.iter().map(Line::Difference);
    let lines = differences.chain([Line::Summary(replayed)]);
    lines.map(|line| Ok(serde_json::to_string(&line)? + "\n")).collect()
}

/// For people: how many looks there are, and where which of them differ.
#[must_use]
pub fn replay_text(replayed: &Replayed) -> String {
    let again = replayed.looks - replayed.by_the_clock;
    let outcome = match replayed.differing {
        0 => "the same, byte for byte".to_owned(),
        differing => format!("{differing} of them otherwise than recorded"),
    };
    let looks = counted(again.into(), "look");
    let mut text = format!("{}: {looks} evaluated again, {outcome}\n", replayed.deployment);
    if replayed.by_the_clock > 0 {
        let left = counted(replayed.by_the_clock.into(), "look");
        text.push_str(&format!("{left} left out, ended by the clock of the machine\n"));
    }
    let looks = replayed.differences.chunk_by(|a, b| (&a.gate, a.look) == (&b.gate, b.look));
    for (number, places) in looks.enumerate() {
        let [first, ..] = places else { continue };
        if number == LOOKS {
            let more = counted(u64::from(replayed.differing) - LOOKS as u64, "more look");
            text.push_str(&format!("\n{more}: --output json tells all\n"));
            break;
        }
        let at = date_time(first.at);
        let (gate, look, round) = (&first.gate, first.look, first.round);
        text.push_str(&format!("\n{gate}, look {look} at {at}, round {round}\n"));
        places.iter().take(PLACES).for_each(|place| text.push_str(&told(place)));
        if places.len() > PLACES {
            text.push_str(&format!(
                "  and {}\n",
                counted((places.len() - PLACES) as u64, "more place")
            ));
        }
    }
    text
}

fn told(it: &LookDifference) -> String {
    let [place, recorded, replayed] =
        [&it.place, &it.recorded, &it.replayed].map(|it| fit(it, VALUE));
    format!("  {place}\n    recorded  {recorded}\n    replayed  {replayed}\n")
}
