//! Replays made of recordings: consecutive samples paired, a coin deciding which is the canary's.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rollout::EpochS;

use crate::recording::{Recording, Samples};

/// The values of an interval: the canary's and the baseline's.
pub type Pair = [Option<f64>; 2];

/// One replay: pairs in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The place of its recording.
    pub recording: usize,
    /// The instant of its first sample.
    pub from: EpochS,
    /// A pair for each interval.
    pub pairs: Vec<Pair>,
}

/// How replays are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The same seed makes the same replays.
    pub seed: u64,
    /// How many, over all recordings.
    pub replays: u32,
    /// Intervals of each.
    pub intervals: u32,
}

/// Replays in which both sides are the same: each recording in turn, from a drawn sample on. What is
/// drawn for a replay depends on the seed and its number alone.
///
/// # Errors
/// When a recording is too short.
pub fn alike(recordings: &[Recording], drawing: &Drawing) -> Result<Vec<Trial>, String> {
    let healthy: Vec<Vec<(EpochS, f64)>> = recordings.iter().map(healthy).collect();
    let needed = 2 * drawing.intervals as usize;
    for (recording, values) in recordings.iter().zip(&healthy) {
        if values.len() < needed {
            return Err(format!(
                "{}: {} values; a replay of {} intervals pairs {needed}: --intervals",
                recording.name,
                values.len(),
                drawing.intervals,
            ));
        }
    }
    let count = healthy.len();
    Ok((0..drawing.replays)
        .map(|number| drawn(&healthy, number as usize % count, number, drawing))
        .collect())
}

fn drawn(
    healthy: &[Vec<(EpochS, f64)>],
    recording: usize,
    number: u32,
    drawing: &Drawing,
) -> Trial {
    let mut random = ChaCha8Rng::seed_from_u64(drawing.seed);
    random.set_stream(number.into());
    let values = &healthy[recording];
    let needed = 2 * drawing.intervals as usize;
    let first = random.random_range(0..=values.len() - needed);
    let window = &values[first..first + needed];
    let pairs = window.chunks_exact(2).map(|two| {
        let pair = [Some(two[0].1), Some(two[1].1)];
        if random.random() { pair } else { [pair[1], pair[0]] }
    });
    Trial { recording, from: window[0].0, pairs: pairs.collect() }
}

/// What is taken for healthy: the values, or the baseline's.
fn healthy(recording: &Recording) -> Vec<(EpochS, f64)> {
    match &recording.samples {
        Samples::Values(values) => values.clone(),
        Samples::Sides(rows) => {
            rows.iter().filter_map(|(at, [_, baseline])| Some((*at, (*baseline)?))).collect()
        }
    }
}

/// The canary against its baseline as they were recorded: one replay for each run of so many rows.
#[must_use]
pub fn recorded(recordings: &[Recording], intervals: u32) -> Vec<Trial> {
    let sides = recordings.iter().enumerate().filter_map(|(place, it)| match &it.samples {
        Samples::Sides(rows) => Some((place, rows)),
        Samples::Values(_) => None,
    });
    let trials = sides.flat_map(|(recording, rows)| {
        rows.chunks(intervals as usize).map(move |rows| Trial {
            recording,
            from: rows[0].0,
            pairs: rows.iter().map(|(_, pair)| *pair).collect(),
        })
    });
    trials.collect()
}

#[cfg(test)]
mod tests {
    use super::{Drawing, alike, recorded};
    use crate::recording::Recording;

    fn recording(header: &str, row: impl Fn(u32) -> String, rows: u32) -> Recording {
        let rows = (0..rows).map(row).collect::<Vec<_>>().join("\n");
        Recording::read("a.csv", format!("{header}\n{rows}\n").as_bytes()).unwrap()
    }

    #[test]
    fn consecutive_samples_are_paired_by_a_fair_coin_and_the_seed_alone_decides() {
        let numbers = recording("timestamp,value", |at| format!("{},{at}", at * 60), 100);
        let drawing = Drawing { seed: 7, replays: 200, intervals: 20 };
        let trials = alike(std::slice::from_ref(&numbers), &drawing).unwrap();
        let mut heads = 0;
        for trial in &trials {
            for (at, [canary, baseline]) in (0..).zip(&trial.pairs) {
                let (canary, baseline) = (canary.unwrap(), baseline.unwrap());
                assert_eq!((canary - baseline).abs(), 1.0);
                assert_eq!(canary.min(baseline), f64::from(trial.from.0 / 60 + 2 * at));
                heads += u32::from(canary > baseline);
            }
        }
        // 4,000 coins: five standard deviations are 158.
        assert!((1_842..2_158).contains(&heads), "{heads}");
        let again =
            alike(std::slice::from_ref(&numbers), &Drawing { replays: 3, ..drawing.clone() });
        assert_eq!(again.unwrap(), trials[..3], "more replays change none of the first");
        let other = alike(&[numbers], &Drawing { seed: 8, ..drawing }).unwrap();
        assert_ne!(other, trials);
    }

    #[test]
    fn a_recording_that_is_too_short_is_refused() {
        let short = recording("timestamp,value", |at| format!("{at},1"), 39);
        let refused = alike(&[short], &Drawing { seed: 1, replays: 1, intervals: 20 }).unwrap_err();
        assert_eq!(refused, "a.csv: 39 values; a replay of 20 intervals pairs 40: --intervals");
    }

    #[test]
    fn two_columns_are_replayed_as_they_stand() {
        let row = |at: u32| format!("{at},{},{}", at + 100, at);
        let sides = recording("timestamp,canary,baseline", row, 45);
        let trials = recorded(&[sides], 20);
        assert_eq!(trials.iter().map(|it| it.pairs.len()).collect::<Vec<_>>(), [20, 20, 5]);
        assert_eq!(trials[1].pairs[0], [Some(120.0), Some(20.0)]);
    }
}
