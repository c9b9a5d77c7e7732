//! The port of `runner`.

use async_trait::async_trait;
use rollout::{Ground, Plan, Standing};
use runner::{CallError, CallErrorKind, Called, Discovery};

use super::{ground, standing};
use crate::aws::Aws;
use crate::scene::{Scene, parameters};

#[async_trait]
impl Discovery for Aws {
    async fn ground(&self, plan: &Plan) -> Called<Ground> {
        ground::find(self, plan, &scene(self, plan).await?).await
    }

    async fn standing(&self, plan: &Plan) -> Called<Vec<Standing>> {
        standing::find(self, plan, &scene(self, plan).await?).await
    }
}

/// The surroundings of a plan of which nothing is known yet: the sides mean nothing.
async fn scene(aws: &Aws, plan: &Plan) -> Called<Scene> {
    let parameters = parameters(aws.connection(), plan, None);
    let none = || CallError::new(CallErrorKind::Refused, "no deployment file was given");
    let file = aws.file().cloned().ok_or_else(none);
    Scene::find(aws.connection(), plan, parameters, file, &plan.labels.green).await
}
