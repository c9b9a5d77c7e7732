//! Appendix A of the statistics, measured: simulated deployments against the goals.
//!
//! `cargo bench -p error-rate` prints the tables of `plugins/README.md`: 1,000 deployments a cell,
//! seed 2026. Every number is a function of the seed.

mod rollout;
mod traffic;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rollout::{End, Outcome, Pace, deploy};
use traffic::{FAMILIES, Family, Fault, PROFILES, Profile};

const DEPLOYMENTS: u64 = 4000;
const SEED: u64 = 2026;

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let faults = [
        ("errors, healthy", Pace::Fixed, Fault::Errors(1.0)),
        ("latency, healthy", Pace::Fixed, Fault::Latency(1.0)),
        ("errors, healthy", Pace::Evidence, Fault::Errors(1.0)),
        ("latency, healthy", Pace::Evidence, Fault::Latency(1.0)),
        ("errors ×2", Pace::Evidence, Fault::Errors(2.0)),
        ("errors ×5", Pace::Evidence, Fault::Errors(5.0)),
        ("latency ×1.1", Pace::Evidence, Fault::Latency(1.1)),
        ("latency ×1.3", Pace::Evidence, Fault::Latency(1.3)),
        ("latency ×2", Pace::Evidence, Fault::Latency(2.0)),
        ("no errors", Pace::Evidence, Fault::NoErrors),
    ];
    for (name, pace, fault) in faults {
        for profile in PROFILES {
            for family in FAMILIES {
                let o = cell(pace, profile, family, fault);
                println!(
                    "{name:18} {pace:?} {:5} {:10} rb {:5.1} prom {:5.1} inc {:5.1} med {:5.1} min exc {:5.1}",
                    profile.name,
                    family.name,
                    percent(&o, End::RolledBack),
                    percent(&o, End::Promoted),
                    percent(&o, End::Inconclusive),
                    median_min(&o),
                    o.iter().map(|o| o.excess).sum::<f64>() / o.len() as f64,
                );
            }
        }
    }
}

fn cell(pace: Pace, profile: Profile, family: Family, fault: Fault) -> Vec<Outcome> {
    (0..DEPLOYMENTS)
        .map(|i| {
            let mut rng = ChaCha8Rng::seed_from_u64(SEED);
            rng.set_stream(i);
            deploy(pace, (profile, family, fault), rng)
        })
        .collect()
}

fn percent(outcomes: &[Outcome], end: End) -> f64 {
    100.0 * outcomes.iter().filter(|o| o.end == end).count() as f64 / outcomes.len() as f64
}

fn median_min(outcomes: &[Outcome]) -> f64 {
    let mut times: Vec<u32> =
        outcomes.iter().filter(|o| o.end == End::Promoted).map(|o| o.took_s).collect();
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, |s| f64::from(*s) / 60.0)
}
