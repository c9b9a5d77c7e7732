//! The simulated cloud's side of the command line: its parameters, its scenario, its ledger file.

use std::path::{Path, PathBuf};

use manifest::{Document, Parameters};
use sim::Scenario;

use crate::args::{FileArgs, PlaceArgs};
use crate::failure::Failure;
use crate::file::environment;
use crate::terminal::has_colours;

/// The account, the region and this machine's address in the simulated cloud: the address is one
/// for documentation (RFC 5737).
const ACCOUNT: &str = "000000000000";
const REGION: &str = "sim-region-1";
const EXTERNAL_IP: &str = "192.0.2.1";

/// What templates are filled in with: by the simulated cloud, and where a file is checked without
/// any.
pub(crate) fn parameters(args: &FileArgs) -> Result<Parameters, Failure> {
    let address = args.external_ip;
    Ok(Parameters {
        environment: environment(args)?,
        region: args.region.clone().unwrap_or_else(|| REGION.to_owned()),
        account_id: ACCOUNT.to_owned(),
        external_ip: Some(address.map_or_else(|| EXTERNAL_IP.to_owned(), |it| it.to_string())),
    })
}

/// Where the ledger of the simulated cloud is, unless the flags say otherwise.
pub(crate) fn default_ledger() -> Result<PathBuf, Failure> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    let folder = state.filter(|path| path.is_absolute()).or_else(home);
    let folder = folder.ok_or_else(|| {
        Failure::usage("neither XDG_STATE_HOME nor HOME is set: say --ledger sqlite:PATH")
    })?;
    Ok(folder.join("ecs-crd/sim.db"))
}

/// The scenario the flags name; none where they name none.
pub(crate) fn scenario(args: &PlaceArgs) -> Result<Option<Scenario>, Failure> {
    let Some(path) = &args.scenario else { return Ok(None) };
    let name = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("the scenario {name} cannot be read: {error}")))?;
    let (scenario, document) = Document::read::<Scenario>(&name, bytes, &sim::scenario_schema())?;
    let problems = document.refused("scenario", &scenario.problems());
    match problems.is_empty() {
        true => Ok(Some(scenario)),
        false => Err(Failure::usage(problems.render(has_colours()))),
    }
}
