//! `replay`: the recorded looks of a run evaluated again, in the real host.

use std::path::Path;

use gates::Host;
use report::{replay_ndjson, replay_text};
use rollout::Plan;
use runner::Began;

use crate::args::{Output, WhichArgs};
use crate::failure::Failure;
use crate::file::{Components, bytes_of, engine};
use crate::place::Place;
use crate::resume::{began_with, components_of};
use crate::terminal::say;

/// Seconds for one call of a gate: the machine that replays may be busier than the one that looked.
const PATIENT_S: u32 = 120;

/// Evaluates the looks of a run again: 0 when all come out the same, else 2.
pub(crate) async fn replay(
    which: &WhichArgs,
    gate: Option<&str>,
    output: Output,
) -> Result<u8, Failure> {
    let place = Place::of(which).await?;
    let Some(run) = place.meant(which, |_| true).await? else {
        return Err(Failure::usage(place.emptiness()));
    };
    let id = &run.deployment;
    let began = began_with(id, &place.ledger.entries(id, 0).await?)?;
    if let Some(gate) = gate.filter(|gate| began.plan.gate(gate).is_none()) {
        let gates: Vec<&str> = began.plan.gates.iter().map(|it| it.name.as_str()).collect();
        let known = if gates.is_empty() { "none".to_owned() } else { gates.join(", ") };
        return Err(Failure::usage(format!("{id} has no gate {gate}; its gates: {known}")));
    }
    let host = host(&place, id, began, gate, &which.file.plugin).await?;
    let looks = place.ledger.evaluations(id).await?;
    let meant = looks.iter().filter(|look| gate.is_none_or(|gate| look.gate == gate));
    let replayed = ::backtest::replay(&host, id, meant.map(AsRef::as_ref)).await;
    let text = match output {
        Output::Human => replay_text(&replayed),
        Output::Json => replay_ndjson(&replayed)
            .map_err(|error| Failure::new(1, format!("the differences as JSON: {error}")))?,
    };
    say(&text)?;
    Ok(if replayed.differing == 0 { 0 } else { 2 })
}

/// The run's own gates, other components in the place of some.
async fn host(
    place: &Place,
    id: &str,
    began: Began,
    gate: Option<&str>,
    plugins: &[String],
) -> Result<Host, Failure> {
    let engine = engine()?;
    let mut components = components_of(place, &engine, id, &began).await?;
    let mut plan = began.plan;
    for plugin in plugins {
        // A name that no plan has: a path may be spelt as the recorded one is.
        let named = format!("--plugin {plugin}");
        let bytes = bytes_of(plugin, Path::new(""))?;
        components.insert(&engine, &named, bytes)?;
        if !stand_in(&components, &mut plan, &named, gate) {
            return Err(Failure::usage(format!(
                "{plugin} bears the name of no component of {id}: --gate NAME says for which gate \
                 it stands in"
            )));
        }
    }
    for gate in &mut plan.gates {
        gate.timeout_s = gate.timeout_s.max(PATIENT_S);
    }
    Ok(components.host(&plan))
}

/// Puts a component in the place of the gate that is meant, else of those whose component has its
/// name; whether there is one.
fn stand_in(components: &Components, plan: &mut Plan, named: &str, gate: Option<&str>) -> bool {
    let name_of = |plugin: &str| components.get(plugin).map(|it| &it.description().name);
    let name = name_of(named);
    let mut found = false;
    for it in &mut plan.gates {
        let meant = match gate {
            Some(gate) => it.name == gate,
            None => name_of(&it.plugin) == name,
        };
        if meant {
            named.clone_into(&mut it.plugin);
            found = true;
        }
    }
    found
}
