//! Where a run takes place: the ledger, the simulated world in it, and the scenario.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::{SqliteLedger, SqliteWorldStore};
use runner::{Ledger, MemoryLedger, RunSummary};
use sim::{MemoryWorld, Scenario, Store};

use crate::args::{CloudKind, PlaceArgs};
use crate::failure::Failure;

/// What is leased: one driver a world.
pub(crate) const WORLD: &str = "world";

/// A ledger and a world.
pub(crate) struct Place {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) store: Store,
    /// The file, for people; none in memory.
    file: Option<PathBuf>,
}

impl Place {
    /// The place the flags name, made where it is not there yet.
    pub(crate) fn open(args: &PlaceArgs) -> Result<Self, Failure> {
        let path = ledger_path(args)?;
        Ok(Place {
            ledger: Arc::new(SqliteLedger::open(&path)?),
            store: Store::Bytes(Arc::new(SqliteWorldStore::open(&path)?)),
            file: Some(path),
        })
    }

    /// The place the flags name, to look at it: where there is none, an empty one, and no file is
    /// made.
    pub(crate) fn look(args: &PlaceArgs) -> Result<Self, Failure> {
        let path = ledger_path(args)?;
        match path.try_exists() {
            Ok(false) => Ok(Place { file: Some(path), ..Place::in_memory() }),
            _ => Place::open(args),
        }
    }

    /// A place that ends with the process.
    pub(crate) fn in_memory() -> Self {
        Place {
            ledger: Arc::new(MemoryLedger::new()),
            store: Store::Memory(MemoryWorld::default()),
            file: None,
        }
    }

    /// What to say where no run is found.
    pub(crate) fn emptiness(&self) -> String {
        match &self.file {
            Some(file) if !file.exists() => {
                format!("no deployment yet: the ledger {} is not there", file.display())
            }
            Some(file) => format!("no such deployment in the ledger {}", file.display()),
            None => "no deployment yet".to_owned(),
        }
    }

    /// The run of that id; without one, the newest that fits.
    pub(crate) async fn run(
        &self,
        id: Option<&str>,
        fits: impl Fn(&RunSummary) -> bool,
    ) -> Result<Option<RunSummary>, Failure> {
        let runs = self.ledger.runs().await?;
        match id {
            None => Ok(runs.into_iter().find(fits)),
            Some(id) => match runs.into_iter().find(|run| run.deployment == id) {
                None => Err(Failure::usage(format!("the ledger knows no deployment {id}"))),
                found => Ok(found),
            },
        }
    }
}

/// A run that waits for somebody: without an end, or halted.
pub(crate) fn is_unfinished(run: &RunSummary) -> bool {
    matches!(run.exit_code, None | Some(20))
}

/// `--cloud` has to be said while there is one cloud only, and that one is simulated.
pub(crate) fn cloud(args: &PlaceArgs) -> Result<CloudKind, Failure> {
    args.cloud.ok_or_else(|| {
        Failure::usage("say which cloud: `--cloud sim` is the only one there is so far")
    })
}

fn ledger_path(args: &PlaceArgs) -> Result<PathBuf, Failure> {
    match &args.ledger {
        Some(spec) => match spec.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
            _ => Err(Failure::usage(format!("`{spec}` is no ledger: sqlite:PATH"))),
        },
        None => {
            let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
            let home =
                || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
            let folder = state.filter(|path| path.is_absolute()).or_else(home);
            let folder = folder.ok_or_else(|| {
                Failure::usage("neither XDG_STATE_HOME nor HOME is set: say --ledger sqlite:PATH")
            })?;
            Ok(folder.join("ecs-crd/sim.db"))
        }
    }
}

/// The scenario the flags name; none where they name none.
pub(crate) fn scenario(args: &PlaceArgs) -> Result<Option<Scenario>, Failure> {
    let Some(path) = &args.scenario else { return Ok(None) };
    let name = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("the scenario {name} cannot be read: {error}")))?;
    let value = manifest::to_json(&bytes)
        .ok_or_else(|| Failure::usage(format!("{name}: this is no YAML")))?;
    let validator = jsonschema::validator_for(&sim::scenario_schema())
        .map_err(|error| Failure::new(1, format!("the scenario's schema: {error}")))?;
    let problems: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| match error.instance_path().as_str() {
            "" => format!("{name}: {error}"),
            pointer => format!("{name}: {pointer}: {error}"),
        })
        .collect();
    if !problems.is_empty() {
        return Err(Failure::usage(problems.join("\n")));
    }
    let scenario: Scenario = serde_json::from_value(value)
        .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let problems: Vec<String> = scenario
        .problems()
        .into_iter()
        .map(|problem| format!("{name}: {}: {}", problem.pointer, problem.sentence))
        .collect();
    match problems.is_empty() {
        true => Ok(Some(scenario)),
        false => Err(Failure::usage(problems.join("\n"))),
    }
}
