//! The contract of every ledger. A test takes a way to open one store: each call of it opens the
//! store as one more process would.

mod journal;
mod lease;
mod samples;
mod shelf;
mod words;
mod world;

pub use journal::*;
pub use lease::*;
pub use samples::{began, entry, evaluation, happened};
pub use shelf::*;
pub use words::*;
pub use world::*;

use crate::{Kept, LedgerError};

/// Runs a contract test to its end, on this thread.
///
/// # Errors
/// What the test met instead of what the contract says.
pub fn run(test: impl Future<Output = Kept<()>>) -> Kept<()> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            LedgerError::Unreachable { what: "run a test".to_owned(), why: error.to_string() }
        })?;
    runtime.block_on(test)
}

/// One `#[test]` for each promise of a ledger; `$fresh` makes a new store and gives a way to open
/// it. A macro, because only so every adapter gets a new promise under its own name.
#[macro_export]
macro_rules! ledger_contract {
    ($fresh:expr) => {
        $crate::ledger_contract!(@tests $fresh;
            append_is_ordered_and_seen_by_another_process
            entries_of_every_kind_come_back_equal
            s10_a_sequence_number_cannot_be_taken_twice
            a_deployment_cannot_begin_twice
            an_unknown_deployment_is_unknown
            runs_are_newest_first_with_their_exit_codes
            evaluations_with_big_bodies_come_back_equal_and_in_order
            an_evaluation_kept_again_replaces_the_first
            s11_a_stale_lease_cannot_write
            s11_a_lease_excludes_every_other_process
            s11_leases_of_two_keys_are_independent
            s11_release_and_death_free_the_lease_and_the_epoch_rises
            s11_releasing_a_stale_lease_leaves_the_next_driver_alone
            words_are_heard_in_order_until_settled
            unknown_words_are_unknown
            memories_are_of_one_service_and_gate
            components_come_back_by_digest
        );
    };
    (@tests $fresh:expr; $($promise:ident)*) => {$(
        #[test]
        fn $promise() -> $crate::Kept<()> {
            $crate::contract::ledger::run($crate::contract::ledger::$promise($fresh))
        }
    )*};
}
