//! What a run leaves behind, for people: stacks, versions, weights.

use crate::machine::Machine;
use crate::{Outcome, Standing};

/// What stands where once a run has ended so.
pub(crate) fn standing(machine: &Machine, outcome: Outcome) -> Vec<Standing> {
    let Machine { plan, ground, book, .. } = machine;
    let old = ground.baseline.as_ref();
    let serves = |version: &str, weight: u8| format!("version {version}, weight {weight}");
    let mut standing = Vec::new();
    let mut say = |what: String, state: String| standing.push(Standing { what, state });
    let green = book.split.green().percent();
    let blue = book.split.blue().percent();
    let green_stands = match outcome {
        Outcome::Promoted => true,
        Outcome::RolledBack | Outcome::Undeployed => false,
        Outcome::Halted | Outcome::Interrupted => book.green_made,
    };
    if green_stands {
        let what = format!("green, balancer {}", ground.canary_label);
        say(what, serves(&plan.service.version, green));
    }
    let blue_stands = !matches!(outcome, Outcome::Promoted | Outcome::Undeployed);
    if let Some(old) = old.filter(|_| blue_stands) {
        say(format!("blue, balancer {}", old.label), serves(&old.version, blue));
    }
    if book.suspended && matches!(outcome, Outcome::Halted | Outcome::Interrupted) {
        say("scale-in of both sides".to_owned(), "suspended until the run ends".to_owned());
    }
    let names_stand = match outcome {
        Outcome::Undeployed => false,
        Outcome::RolledBack => ground.init_exists,
        _ => true,
    };
    for name in plan.names.iter().filter(|_| names_stand) {
        // What somebody else wrote there stands there.
        let drift = machine.state.drift().iter().find(|drift| drift.name == *name);
        say(name.clone(), drift.map_or_else(|| book.split.to_string(), |it| it.found.clone()));
    }
    for kept in &book.kept {
        say("left for others".to_owned(), kept.clone());
    }
    standing
}
