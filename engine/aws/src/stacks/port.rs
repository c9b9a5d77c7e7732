//! The port of `runner`.

use async_trait::async_trait;
use rollout::Stack;
use runner::{Called, Deployment, StackState, Stacks};

use super::{create, remove, state};
use crate::aws::Aws;

#[async_trait]
impl Stacks for Aws {
    async fn provision(&self, deployment: &Deployment, stack: Stack) -> Called<()> {
        create::provision(self, deployment, stack).await
    }

    async fn retire(&self, deployment: &Deployment, stack: Stack) -> Called<Vec<String>> {
        remove::retire(self, deployment, stack).await
    }

    async fn state(&self, deployment: &Deployment, stack: Stack) -> Called<StackState> {
        state::read(self, deployment, stack).await
    }
}
