//! The cloud of an account in a region: every port is implemented for `Aws`, a file each.

use std::sync::Arc;

use manifest::file::DeploymentFile;
use runner::{Called, Cloud, Deployment, Probes};
use tokio::sync::Mutex;

use crate::clients::Clients;
use crate::connect::Connection;
use crate::scene::Scene;
use crate::stacks::Memory;
use crate::traffic::Sent;
use crate::workload::Crashes;

/// A connection, and what was found through it. Clones share both.
#[derive(Clone, Debug)]
pub struct Aws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connection: Connection,
    file: Option<DeploymentFile>,
    /// The last deployment's; held while it is found, so that it is found once.
    scene: Mutex<Option<(String, Arc<Scene>)>>,
    memory: Memory,
    sent: Sent,
    crashes: Crashes,
}

impl Aws {
    /// A cloud that reads the file from the deployment it is called for: to look, to resume, to
    /// give back.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self::of(connection, None)
    }

    /// A cloud that is given the file, its templates filled in and its secrets in it (a journal
    /// has them masked): to deploy.
    #[must_use]
    pub fn with_file(connection: Connection, file: DeploymentFile) -> Self {
        Self::of(connection, Some(file))
    }

    fn of(connection: Connection, file: Option<DeploymentFile>) -> Self {
        Aws(Arc::new(Inner {
            connection,
            file,
            scene: Mutex::default(),
            memory: Memory::default(),
            sent: Sent::default(),
            crashes: Crashes::default(),
        }))
    }

    /// The same for one look: what does not change in an instant is asked for once.
    #[must_use]
    pub fn looking(&self) -> Self {
        Self::of(self.0.connection.remembering(), self.0.file.clone())
    }

    /// The connection.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.0.connection
    }

    pub(crate) fn clients(&self) -> &Clients {
        &self.0.connection.clients
    }

    /// What was asked of stacks.
    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// The changes of records that were sent.
    pub(crate) fn sent(&self) -> &Sent {
        &self.0.sent
    }

    /// The tasks that are known to have crashed.
    pub(crate) fn crashes(&self) -> &Crashes {
        &self.0.crashes
    }

    /// The file it was given.
    pub(crate) fn file(&self) -> Option<&DeploymentFile> {
        self.0.file.as_ref()
    }

    /// All ports, these probes among them.
    #[must_use]
    pub fn cloud(&self, probes: Arc<dyn Probes>) -> Cloud {
        let aws = Arc::new(self.clone());
        Cloud {
            clock: self.0.connection.clock.clone(),
            discovery: aws.clone(),
            stacks: aws.clone(),
            workload: aws.clone(),
            traffic: aws.clone(),
            metrics: aws.clone(),
            probes,
            registry: aws.clone(),
            notices: aws,
        }
    }

    /// What is known of a deployment's surroundings. Only what was found whole is kept: what was
    /// gone may come back.
    pub(crate) async fn scene(&self, deployment: &Deployment) -> Called<Arc<Scene>> {
        let mut kept = self.0.scene.lock().await;
        if let Some((id, scene)) = kept.as_ref()
            && *id == deployment.id
        {
            return Ok(scene.clone());
        }
        let scene = Arc::new(Scene::of_deployment(self, deployment).await?);
        if scene.is_whole() {
            *kept = Some((deployment.id.clone(), scene.clone()));
        }
        Ok(scene)
    }
}
