//! The least IAM policy that the runs of a file need, made offline.
//!
//! | to know | read |
//! | --- | --- |
//! | what the program calls itself | `calls` |
//! | what CloudFormation does with the caller's permissions | `handlers`, `templates` |
//! | on what each action is allowed | `grants`, and as ARNs `targets`, `named` |
//! | how it is written down, and how long it may be | `document` |
//!
//! What only an earlier file of the service had is not known here: a name it gave up, for example.

mod calls;
mod document;
mod grants;
mod handlers;
mod named;
mod targets;
mod templates;

use std::collections::BTreeSet;

use manifest::Parameters;
use manifest::file::DeploymentFile;

use crate::refusal::Refusal;
use grants::{GRANTS, On};
use targets::Targets;

pub use calls::{OWN_CALLS, OwnCall, When};
pub use document::{Condition, MOST_CHARACTERS, Policy, Statement};
pub use handlers::{ONLY_WITH, OnlyWith};

/// What stands for an account or a region that is not known.
pub const ANY: &str = "*";

/// What is done with roles, whatever a handler says: only of the kinds that `grants` names.
const OF_ROLES: [&str; 2] = ["iam:CreateServiceLinkedRole", "iam:PassRole"];

/// The policy of whoever deploys, undeploys, looks and resumes with this file. Account and region
/// of the parameters may be `ANY`; a ledger that is no table needs no permission.
///
/// # Errors
/// What stands against the file's templates wherever they would be made.
pub fn policy(
    file: &DeploymentFile,
    parameters: &Parameters,
    ledger_table: Option<&str>,
) -> Result<Policy, Vec<Refusal>> {
    let templates = templates::render(file, parameters)?;
    let targets = Targets { file, parameters, ledger_table };
    let needs = Needs {
        own: calls::needed(&targets),
        of_stacks: &handlers::needed(&templates) - &OF_ROLES.into(),
    };
    let mut statements: Vec<(Part, Statement)> =
        GRANTS.iter().filter_map(|(on, actions)| needs.statement(*on, actions, &targets)).collect();
    statements.sort_by_key(|(part, _)| *part);
    Ok(Policy::new(statements.into_iter().map(|(_, statement)| statement).collect()))
}

/// Who needs a statement; the beginning of its `Sid`, and their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// The program's own calls.
    Own,
    /// Both the program and CloudFormation: what both do on one resource is said once.
    Both,
    /// CloudFormation, in the name of who asked for a stack.
    Stacks,
    /// Whoever hands roles on.
    Roles,
}

/// The actions that are needed.
struct Needs {
    own: BTreeSet<&'static str>,
    of_stacks: BTreeSet<&'static str>,
}

impl Needs {
    /// Those of a row's actions that are needed, if there is anything to allow them on.
    fn statement(
        &self,
        on: On,
        actions: &[&'static str],
        targets: &Targets<'_>,
    ) -> Option<(Part, Statement)> {
        let is_of_roles = |action: &&str| OF_ROLES.contains(action);
        let has = |needed: &BTreeSet<&str>| actions.iter().any(|action| needed.contains(action));
        let part = match (has(&self.own), has(&self.of_stacks)) {
            (true, true) => Part::Both,
            (true, false) => Part::Own,
            (false, true) => Part::Stacks,
            (false, false) => Part::Roles,
        };
        let is_needed = |action: &&&str| {
            self.own.contains(**action) || self.of_stacks.contains(**action) || is_of_roles(action)
        };
        let actions: Vec<&'static str> = actions.iter().filter(is_needed).copied().collect();
        let resources = targets.of(on);
        (!actions.is_empty() && !resources.is_empty()).then(|| {
            let preposition = if part == Part::Roles { "" } else { "On" };
            let sid = format!("{part:?}{preposition}{on:?}");
            (part, Statement::allow(sid, actions, resources, targets.condition(on)))
        })
    }
}
