//! The contract of every cloud, on AWS over the wire: a release of ecs-crd-cli serves already.
//!
//! Left out are the two promises about requests of gates, since the emulator's balancers answer
//! none, and the one about the clock: here time is the emulator's.

use std::sync::Arc;

use async_trait::async_trait;
use runner::contract::cloud::Stage;
use runner::question::ResponseAnswer;
use runner::{CallError, CallErrorKind, Called, Cloud, Deployment, ProbeRequest, Probes};
use serde_json::json;

use super::world::{FILE, World};

struct WireStage {
    _world: World,
    cloud: Cloud,
    deployment: Deployment,
}

impl WireStage {
    async fn new() -> Called<Self> {
        let world = World::live(&json!({}));
        let settings = json!({ "health_initial_s": 30, "insync_s": 30, "stack_resource_s": 1 });
        world.post("settings", &settings);
        world.post("traffic", &json!({ "fqdn": "webapi.example.com", "rps": 50, "seed": 7 }));
        let (aws, deployment) = world.deployment(FILE).await?;
        Ok(WireStage { _world: world, cloud: aws.cloud(Arc::new(Nowhere)), deployment })
    }
}

impl Stage for WireStage {
    fn cloud(&self) -> Cloud {
        self.cloud.clone()
    }

    fn deployment(&self) -> Deployment {
        self.deployment.clone()
    }
}

/// Reaches nothing.
pub(crate) struct Nowhere;

#[async_trait]
impl Probes for Nowhere {
    async fn request(&self, _: &Deployment, _: &ProbeRequest) -> Called<ResponseAnswer> {
        Err(CallError::new(CallErrorKind::Refused, "nothing is reached from here"))
    }
}

runner::cloud_contract!(@tests WireStage::new();
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
);
