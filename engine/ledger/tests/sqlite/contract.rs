//! The promises that every ledger keeps.

use ledger::{SqliteLedger, SqliteWorldStore};
use runner::Kept;
use runner::contract::ledger as contract;

/// A new store, and how one more process opens it.
fn fresh() -> impl Fn() -> Kept<SqliteLedger> {
    let folder = tempfile::tempdir().unwrap();
    move || SqliteLedger::open(&folder.path().join("state/ecs-crd/sim.db"))
}

fn fresh_world() -> impl Fn() -> Kept<SqliteWorldStore> {
    let folder = tempfile::tempdir().unwrap();
    move || SqliteWorldStore::open(&folder.path().join("sim.db"))
}

runner::ledger_contract!(fresh());

#[test]
fn a_commit_is_seen_by_another_process() -> Kept<()> {
    contract::a_commit_is_seen_by_another_process(fresh_world())
}

#[test]
fn a_commit_over_another_version_is_lost() -> Kept<()> {
    contract::a_commit_over_another_version_is_lost(fresh_world())
}
