//! A whole deployment by the driver over the wire, in virtual time; and, when its driver dies, by
//! another process that knows nothing but the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::{Aws, Connection};
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use rollout::Goal;
use runner::{
    Archive, Began, Context, Discovery, DriveEnd, DriveError, Driver, Interrupt, Leases,
    MemoryLedger, Nobody,
};
use serde_json::json;

use super::super::contract::Nowhere;
use super::super::script::Scripted;
use super::super::world::World;
use super::story::Story;
use super::strike::{Held, Strike};

/// The id of every deployment: with it, made names and the jitter of waits are the same each time.
const ID: &str = "aws-story";

/// A story under way: what outlives its driver.
pub(crate) struct Stage<'a> {
    story: Story,
    world: &'a World,
    ledger: MemoryLedger,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(story: Story, world: &'a World) -> Self {
        Stage { story, world, ledger: MemoryLedger::new() }
    }

    /// Plays it to its end, and says whether a driver died meanwhile.
    pub(crate) async fn play(
        &self,
        strike: Option<&Strike>,
    ) -> Result<(DriveEnd, bool), DriveError> {
        let held = strike.map_or_else(Held::nothing, |strike| strike.watch(self.world));
        let connection = self.connect(&held).await;
        let (aws, plan) = self.world.cloud_by(connection, &self.story.file());
        let began = self.began(&aws, &plan).await;
        self.world.post("faults", &strike.map_or_else(|| json!([]), Strike::rules));
        let first = async {
            let context = self.context(&aws).await;
            Driver::begin(context, ID, began).await?.run().await
        };
        tokio::select! {
            biased;
            () = held.death() => {}
            end = first => return Ok((end?, false)),
        }
        self.world.advance(strike.map_or(0, |strike| strike.kind.absence_s()));
        let aws = Aws::new(self.connect(&Held::nothing()).await);
        let context = self.context(&aws).await;
        let end = Driver::resume(context, ID, "another process").await?.run().await?;
        Ok((end, true))
    }

    async fn connect(&self, held: &Held) -> Connection {
        let loader = self.world.loader();
        let loader = loader.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        self.world.connect_by(loader.sleep_impl(held.clone())).await
    }

    /// The first line of the journal, after everything was looked for.
    async fn began(&self, aws: &Aws, plan: &rollout::Plan) -> Began {
        let ground = aws.ground(plan).await.expect("the ground is sound");
        let account = ("account_id".to_owned(), self.world.account().to_owned());
        let mut parameters = BTreeMap::from([account]);
        if self.story.goal() == Goal::Deploy {
            let survey = aws.survey(plan, &ground, ID).await.expect("nothing is missing");
            parameters.extend(survey.parameters());
        }
        Began {
            goal: self.story.goal(),
            plan: plan.clone(),
            plan_hash: plan.hash(),
            ground,
            file_text: self.story.file(),
            parameters,
            components: BTreeMap::new(),
            version: "0".to_owned(),
            by: "a test".to_owned(),
        }
    }

    /// What a driver works with in a process of its own, whose lease ends with it.
    async fn context(&self, aws: &Aws) -> Context {
        let ledger = self.ledger.another_process();
        let lease = ledger.acquire("webapi", "a test").await.expect("nobody else drives");
        Context {
            cloud: aws.cloud(Arc::new(Nowhere)),
            ledger: Arc::new(ledger),
            gates: Arc::new(Scripted(BTreeMap::new())),
            lease,
            follower: Box::new(Nobody),
            interrupt: Interrupt::default(),
            interrupt_rolls_back: true,
        }
    }

    /// What the journal says, a line each: for who reads a failure.
    pub(crate) async fn journal(&self) -> Vec<String> {
        let entries = self.ledger.entries(ID, 0).await.unwrap_or_default();
        let told = |at: u32, record: &runner::Record| format!("{at} {record:?}");
        entries.iter().skip(1).map(|entry| told(entry.at.0, &entry.record)).collect()
    }
}
