//! A story kept as data, a folder of `cases`: what is deployed onto what, what the gates say, and
//! what is seen. The light binary plays those with a script, the heavy one those with real gates,
//! and one `check` holds both to what is written down and to the promises.

mod promises;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use manifest::{CommandLine, Document, Parameters, Plugins};
use report::{Lines, story};
use rollout::{Decision, EventRecord, Goal, Plan, Word};
use runner::{Entry, Record, Story};
use serde::Deserialize;
use sim::{Scenario, SimCloud};

/// A story: the folder's `case.yml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The folder.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
    /// The deployment file, from the top of the repository; else the folder's own.
    deployment: Option<PathBuf>,
    /// The scenario, likewise; a healthy release where there is neither.
    scenario: Option<PathBuf>,
    /// deploy or undeploy.
    #[serde(default = "deploy")]
    pub(crate) goal: Goal,
    /// What each gate says, look by look; the last word is repeated. Without it the gates are real.
    pub(crate) script: Option<BTreeMap<String, Vec<Decision>>>,
    /// Hostile guests of `tests/hostile` that the deployment file names beside itself.
    #[serde(default)]
    pub(crate) guests: Vec<String>,
    /// What a person says meanwhile.
    #[serde(default)]
    pub(crate) words: Vec<Spoken>,
    /// What it ends with.
    pub(crate) exit_code: u8,
}

/// A person's word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spoken {
    /// Seconds after the start.
    pub(crate) after_s: u32,
    pub(crate) word: Word,
}

fn deploy() -> Goal {
    Goal::Deploy
}

/// How a story was played, and what it left.
pub(crate) struct Played {
    pub(crate) exit_code: u8,
    /// What a person saw, without the signs of life.
    pub(crate) screen: String,
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) sim: SimCloud,
}

impl Played {
    /// What stands in the cloud: name and state.
    pub(crate) async fn standing(&self) -> BTreeMap<String, String> {
        let Some(Record::Began(began)) = self.entries.first().map(|entry| &entry.record) else {
            panic!("the journal does not begin with a plan")
        };
        let standing = self.sim.cloud().discovery.standing(&began.plan).await;
        standing.expect("what stands").into_iter().map(|it| (it.what, it.state)).collect()
    }
}

/// The top of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn yaml<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let value = manifest::to_json(text).unwrap_or_else(|| panic!("{}: no YAML", path.display()));
    serde_json::from_value(value).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// The stories of one kind, in the order of their names.
pub(crate) fn cases(fits: impl Fn(&Case) -> bool) -> Vec<Case> {
    let folders = std::fs::read_dir(top().join("tests/cases")).expect("the stories");
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.expect("a story").path()).collect();
    folders.sort();
    let read = |folder: PathBuf| Case { folder: folder.clone(), ..yaml(&folder.join("case.yml")) };
    let cases: Vec<Case> = folders.into_iter().map(read).filter(fits).collect();
    assert!(!cases.is_empty(), "no story is of this kind");
    cases
}

impl Case {
    pub(crate) fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(crate) fn deployment(&self) -> PathBuf {
        self.file(self.deployment.as_ref(), "deployment.yml")
    }

    /// The scenario's file; a healthy release where there is none.
    pub(crate) fn scenario(&self) -> Option<PathBuf> {
        let file = self.file(self.scenario.as_ref(), "scenario.yml");
        file.exists().then_some(file)
    }

    fn file(&self, named: Option<&PathBuf>, own: &str) -> PathBuf {
        named.map_or_else(|| self.folder.join(own), |named| top().join(named))
    }

    /// As the program reads it.
    pub(crate) fn read_scenario(&self) -> Scenario {
        let Some(path) = self.scenario() else { return Scenario::default() };
        let text = std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let name = path.display().to_string();
        let read = Document::read(&name, text, &sim::scenario_schema());
        read.unwrap_or_else(|said| panic!("{}", said.render(false))).0
    }

    /// The plan, as the program makes it for the simulated cloud.
    pub(crate) fn plan(&self) -> Plan {
        let path = self.deployment();
        let text = std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let parsed = manifest::parse(&path.display().to_string(), text);
        let parsed = parsed.unwrap_or_else(|said| panic!("{}", said.render(false)));
        let parameters = Parameters {
            environment: "stage".to_owned(),
            region: "sim-region-1".to_owned(),
            account_id: "000000000000".to_owned(),
            external_ip: None,
        };
        let flags = CommandLine::default();
        manifest::lower(&parsed, &parameters, &Plugins::built_in(), &flags)
            .unwrap_or_else(|said| panic!("{}", said.render(false)))
            .plan
    }
}

/// The published events of a journal.
pub(crate) fn events(entries: &[Arc<Entry>]) -> Vec<EventRecord> {
    let mut told = Story::of("sim");
    let tell = |entry: &Arc<Entry>| told.tell(entry).expect("the journal makes sense");
    entries.iter().flat_map(tell).collect()
}

/// What a run with this journal shows in a pipe, without the signs of life.
pub(crate) fn screen(id: &str, entries: &[Arc<Entry>]) -> String {
    let mut events = events(entries);
    events.iter_mut().for_each(|event| id.clone_into(&mut event.deployment));
    let mut lines = Lines::default();
    let lines: Vec<String> =
        events.iter().flat_map(|event| lines.take(event)).map(|line| line + "\n").collect();
    format!("{}\n{}", lines.concat(), story(&events, None))
}

/// Holds a story that was played against what is written down of it and against the promises.
pub(crate) async fn check(case: &Case, played: &Played) {
    let name = case.name();
    assert_eq!(played.exit_code, case.exit_code, "{name}: {}", played.screen);
    promises::assert_kept(&name, played).await;
    assert_snapshot(&case.folder.join("report.txt"), &played.screen);
}

/// Compares a text with a committed file; a difference is shown as one, and `SNAPSHOTS=overwrite`
/// writes the file anew.
pub(crate) fn assert_snapshot(path: &Path, text: &str) {
    let committed = snapbox::Data::read_from(path, None);
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(text, committed.raw());
}
