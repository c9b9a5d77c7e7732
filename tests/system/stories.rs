//! Whole rollouts by the program, with real gates in the real host: every example scenario, and
//! hostile gates beside a good one. The stories of `tests/cases` that have no script.

use runner::Archive;
use sim::{SimCloud, Store};

use crate::guest::guest;
use crate::program::Place;
use crate::story::{Case, Played, cases, check};

/// Why each hostile guest holds a rollout.
const REASONS: [(&str, &str); 3] = [
    ("traps", "`judge` trapped"),
    ("spins", "`judge` used up its 10000000 units of fuel"),
    ("asks-beyond-its-grants", "metrics of Shop/Cash are not granted to stranger"),
];

/// Deploys a story with the program; what it left is read from its ledger.
async fn play(case: &Case) -> Played {
    let place = Place::new();
    let file = place.path().join("deployment.yml");
    std::fs::copy(case.deployment(), &file).expect("the deployment file");
    for name in &case.guests {
        let path = place.path().join(name).with_extension("wasm");
        std::fs::write(path, guest(name)).expect("the guest");
    }
    let mut arguments =
        ["deploy", "-f", "deployment.yml", "--cloud", "sim", "--ledger", "sqlite:sim.db"].to_vec();
    let scenario = case.scenario().map(|path| path.display().to_string());
    if let Some(scenario) = &scenario {
        arguments.extend(["--scenario", scenario]);
    }
    let ran = place.run(&arguments);
    assert_eq!(ran.err, "", "{}", case.name());
    let ledger = ledger::SqliteLedger::open(&place.path().join("sim.db")).expect("the ledger");
    let world = ledger::SqliteWorldStore::open(&place.path().join("sim.db")).expect("the world");
    let run = ledger.runs().await.expect("the runs").remove(0);
    Played {
        exit_code: ran.exit_code.try_into().expect("an exit code"),
        screen: without_signs_of_life(&ran.out),
        entries: ledger.entries(&run.deployment, 0).await.expect("the journal"),
        sim: SimCloud::look(&Store::Bytes(std::sync::Arc::new(world))).expect("the world opens"),
    }
}

/// Signs of life come a minute after the last line: they would repeat what others say.
fn without_signs_of_life(screen: &str) -> String {
    let is_one = |line: &&str| line.split_whitespace().nth(1) == Some("still");
    screen.lines().filter(|line| !is_one(line)).map(|line| format!("{line}\n")).collect()
}

/// Plays these stories, side by side, and hands on what each showed.
fn play_and_check(stories: &[Case], assert_shown: impl Fn(&Case, &str) + Sync) {
    std::thread::scope(|scope| {
        for case in stories {
            let assert_shown = &assert_shown;
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(async {
                    let played = play(case).await;
                    check(case, &played).await;
                    assert_shown(case, &played.screen);
                });
            });
        }
    });
}

#[test]
fn s14_every_story_with_real_gates_is_as_committed_and_keeps_the_promises() {
    let stories = cases(|case| case.script.is_none() && case.guests.is_empty());
    play_and_check(&stories, |_, _| {});
}

#[test]
fn s02_s13_stories_with_a_hostile_gate_are_as_committed_and_it_never_promotes() {
    let stories = cases(|case| !case.guests.is_empty());
    assert_eq!(stories.len(), REASONS.len());
    play_and_check(&stories, |case, screen| {
        let (_, reason) = REASONS.into_iter().find(|(it, _)| *it == case.guests[0]).unwrap();
        assert!(screen.contains(reason), "{screen}");
        assert!(screen.contains("Rolled back: "), "{screen}");
        assert!(!screen.contains("stranger: promote: "), "its promote counts\n{screen}");
        // The good gate is asked until the end, and what it says is shown.
        let looks: Vec<&str> =
            screen.lines().filter(|line| line.contains("  gate     errors: ")).collect();
        assert!(looks.len() >= 3, "{looks:?}");
    });
}

#[test]
fn every_example_scenario_is_a_story() {
    let folder = crate::story::top().join("examples/shop/scenarios");
    let cases = cases(|case| case.script.is_none());
    for entry in std::fs::read_dir(folder).expect("the scenarios") {
        let path = entry.expect("a scenario").path();
        let told = cases.iter().any(|case| case.scenario().is_some_and(|it| it == path));
        assert!(told, "no story of tests/cases plays {}", path.display());
    }
}
