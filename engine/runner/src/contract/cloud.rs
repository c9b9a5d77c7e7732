//! The contract of every cloud. A test takes a stage: a cloud on which nothing of the deployment
//! was done yet, and a release of its service serves already.

mod metrics;
mod others;
mod stacks;
mod traffic;
mod workload;

pub use metrics::*;
pub use others::*;
use rollout::{EpochS, Stack};
pub use stacks::*;
pub use traffic::*;
pub use workload::*;

use crate::{CallError, Called, Cloud, Deployment, StackState};

/// How long anything the contract waits for may take, in seconds of the cloud's clock.
const PATIENCE_S: u32 = 1_800;

/// A cloud to test.
pub trait Stage: Sync {
    /// Its ports.
    fn cloud(&self) -> Cloud;
    /// A deployment of two names, whose ground was found on this cloud, and which wrote nothing.
    fn deployment(&self) -> Deployment;
}

/// Runs a contract test to its end, on this thread.
///
/// # Errors
/// What the test met instead of what the contract says.
pub fn run(test: impl Future<Output = Called<()>>) -> Called<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CallError::new(crate::CallErrorKind::Refused, error.to_string()))?;
    runtime.block_on(test)
}

/// Lets so many seconds of the cloud's time pass.
async fn pass(cloud: &Cloud, seconds: u32) -> Called<()> {
    let until = cloud.clock.now().plus_s(seconds);
    while cloud.clock.now() < until {
        cloud.clock.wait(until).await?;
    }
    Ok(())
}

/// Waits until a stack is no longer on its way.
async fn settled(stage: &impl Stage, stack: Stack) -> Called<StackState> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let until = give_up_at(&cloud);
    loop {
        let state = cloud.stacks.state(&deployment, stack).await?;
        let is_on_its_way = matches!(state, StackState::Rising | StackState::Falling);
        if !is_on_its_way || cloud.clock.now() > until {
            return Ok(state);
        }
        pass(&cloud, 2).await?;
    }
}

fn give_up_at(cloud: &Cloud) -> EpochS {
    cloud.clock.now().plus_s(PATIENCE_S)
}

/// Provisions green and scales it until every target is healthy.
async fn green_serves(stage: &impl Stage, tasks: u32) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Ready);
    cloud.workload.scale(&deployment, tasks).await?;
    let until = give_up_at(&cloud);
    while !cloud.workload.health(&deployment).await?.green.may_serve() {
        assert!(cloud.clock.now() < until, "green never became healthy");
        pass(&cloud, 5).await?;
    }
    Ok(())
}

/// One `#[test]` for each promise of a cloud; `$stage` is an expression that makes a new stage in
/// an async block. A macro, because only so every adapter gets a new promise under its own name.
#[macro_export]
macro_rules! cloud_contract {
    ($stage:expr) => {
        $crate::cloud_contract!(@tests $stage;
            provisioning_twice_is_one_stack
            a_stack_of_another_deployment_is_refused
            retiring_what_is_absent_or_falling_is_fine
            a_retired_stack_leaves_no_place_behind
            scaling_again_is_no_new_deployment
            health_goes_from_initial_to_healthy
            health_tells_both_sides
            suspending_and_restoring_scale_in_are_repeatable
            s03_both_records_of_every_name_are_a_split_at_every_write
            s04_a_write_over_somebody_elses_is_refused_and_changes_nothing
            s04_a_roll_back_writes_over_drift
            s04_a_write_that_stands_already_is_done
            s09_a_write_does_not_wait_for_the_one_before
            a_change_is_pending_then_verified
            drift_is_told_with_what_is_expected_and_found
            new_names_get_records_at_the_live_side
            removing_records_is_repeatable
            closed_periods_alone_are_answered
            answers_have_the_order_of_their_queries
            a_series_nobody_publishes_is_empty
            requests_follow_the_weights
            what_is_registered_is_the_next_ground
            nothing_but_the_deployments_hosts_is_reached
            green_answers_through_its_own_balancer
            the_clock_never_waits_for_the_past
        );
    };
    (@tests $stage:expr; $($promise:ident)*) => {$(
        #[test]
        fn $promise() -> $crate::Called<()> {
            $crate::contract::cloud::run(async {
                let stage = $stage.await?;
                $crate::contract::cloud::$promise(&stage).await
            })
        }
    )*};
}
