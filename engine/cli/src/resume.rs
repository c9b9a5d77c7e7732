//! Going on with a run whose driver has gone: resume, and a person's word that needs a driver.

use std::sync::Arc;

use aws::Aws;
use gates::Engine;
use rollout::Word;
use runner::{Began, Cloud, Driver, Entry, Lease, LedgerError, Record, RunSummary};
use sim::SimCloud;

use crate::args::{Output, PlaceArgs, WhichArgs};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::file::{Components, engine, is_named, same_file};
use crate::place::{Place, World, is_unfinished};
use crate::run::{context, finish, give_back};
use crate::simulated::scenario;
use crate::terminal::remark;
use crate::words::{address, story_of};
use crate::{on_aws, whoami};

/// Goes on with a run from its journal; one that is paused or halted is told to.
pub(crate) async fn resume(which: &WhichArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::of(which).await?;
    match place.meant(which, is_unfinished).await? {
        Some(run) if is_unfinished(&run) => {
            let story = story_of(&place, &run).await?;
            match story.machine().map(|machine| machine.accepts(Word::Resume)) {
                Some(Ok(())) => address(&place, which, &run, Word::Resume, output).await,
                _ => take_over(&place, which, &run, output).await,
            }
        }
        Some(run) => {
            remark(output, &format!("nothing to resume: {} has ended", run.deployment))?;
            Ok(0)
        }
        None => {
            remark(output, "nothing to resume")?;
            Ok(0)
        }
    }
}

/// Why a run is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To go on with it.
    GoOn,
    /// To say a word, and do as it says.
    Say(Word),
    /// To do as a word says that waits in the ledger.
    Heed(Word),
}

impl Purpose {
    fn word(self) -> Option<Word> {
        match self {
            Purpose::GoOn => None,
            Purpose::Say(word) | Purpose::Heed(word) => Some(word),
        }
    }
}

async fn take_over(
    place: &Place,
    which: &WhichArgs,
    run: &RunSummary,
    output: Output,
) -> Result<u8, Failure> {
    let id = &run.deployment;
    match lease_of(place, run).await? {
        Some(lease) => drive_on(place, which, id, lease, Purpose::GoOn, output).await,
        None => {
            let holder = place.ledger.holder(place.lease_key(&run.service_key)).await?;
            let holder = holder.as_deref().unwrap_or("another process");
            let why = format!("{id} is being driven by {holder}; `ecs-crd pause` or `abort` it");
            Err(Failure::new(30, why))
        }
    }
}

/// The lease of a run's service; none while somebody drives it.
pub(crate) async fn lease_of(place: &Place, run: &RunSummary) -> Result<Option<Lease>, Failure> {
    let key = place.lease_key(&run.service_key);
    match place.ledger.acquire(key, &whoami::holder()).await {
        Err(LedgerError::Held { .. }) => Ok(None),
        lease => Ok(Some(lease?)),
    }
}

/// Drives a run on to its end, under its lease.
pub(crate) async fn drive_on(
    place: &Place,
    which: &WhichArgs,
    id: &str,
    lease: Lease,
    purpose: Purpose,
    output: Output,
) -> Result<u8, Failure> {
    let resumed = resumed(place, which, id, lease.clone(), purpose, output).await;
    match resumed {
        Ok((mut driver, feed)) => finish(driver.run().await, &feed),
        Err(failure) => {
            give_back(place.ledger.as_ref(), &lease).await;
            Err(failure)
        }
    }
}

async fn resumed(
    place: &Place,
    which: &WhichArgs,
    id: &str,
    lease: Lease,
    purpose: Purpose,
    output: Output,
) -> Result<(Driver, Feed), Failure> {
    let word = purpose.word();
    let entries = place.ledger.entries(id, 0).await?;
    let began = began_with(id, &entries)?;
    let host = Arc::new(host_of(place, id, &began).await?);
    let (cloud, aws) = cloud_to_go_on(place, which, &began, word)?;
    if let Some(aws) = &aws
        && word != Some(Word::Abort)
    {
        on_aws::refuse_ending_credentials(aws.connection())?;
        on_aws::can_go_on(aws, id, &entries).await?;
    }
    let feed = Feed::new(id, output);
    let context = context(cloud, place, lease, host, Box::new(feed.clone()));
    let mut driver = Driver::resume(context, id, &whoami::holder()).await?;
    // A word that waits is heard by the driver before it does anything.
    if let Purpose::Say(word) = purpose {
        let refused = driver.say(word, &whoami::person()).await?;
        if let Some(refusal) = refused {
            return Err(Failure::new(4, refusal.to_string()));
        }
    }
    Ok((driver, feed))
}

fn cloud_to_go_on(
    place: &Place,
    which: &WhichArgs,
    began: &Began,
    word: Option<Word>,
) -> Result<(Cloud, Option<Aws>), Failure> {
    let args: &PlaceArgs = &which.place;
    match &place.world {
        World::Sim(store) => {
            Ok((SimCloud::open(store, scenario(args)?, args.speed)?.cloud(), None))
        }
        World::Aws(connection) => {
            let connection = *connection.clone();
            // To go back no file is needed: there it says no more than which service is meant.
            let aws = match is_named(&which.file) && word != Some(Word::Abort) {
                true => {
                    let parameters = on_aws::parameters_of(began);
                    let file = same_file(&which.file, &parameters, &began.file_text)?;
                    Aws::with_file(connection, file)
                }
                false => Aws::new(connection),
            };
            Ok((on_aws::cloud_to_drive(&aws, &place.ledger, None), Some(aws)))
        }
    }
}

/// What a run began with.
pub(crate) fn began_with(id: &str, entries: &[Arc<Entry>]) -> Result<Began, Failure> {
    match entries.first().map(|entry| &entry.record) {
        Some(Record::Began(began)) => Ok(*began.clone()),
        _ => Err(Failure::new(1, format!("the journal of {id} does not begin with a plan"))),
    }
}

/// The gates of a run as they were when it began, from the ledger.
async fn host_of(place: &Place, id: &str, began: &Began) -> Result<gates::Host, Failure> {
    Ok(components_of(place, &engine()?, id, began).await?.host(&began.plan))
}

/// The components of a run as they were when it began, from the ledger.
pub(crate) async fn components_of(
    place: &Place,
    engine: &Engine,
    id: &str,
    began: &Began,
) -> Result<Components, Failure> {
    let mut components = Components::default();
    for gate in &began.plan.gates {
        let Some(digest) = began.components.get(&gate.name) else { continue };
        let bytes = place.ledger.component(digest).await?;
        components.insert(engine, &gate.plugin, bytes)?;
    }
    for (gate, digest, _) in components.of(&began.plan) {
        if began.components.get(gate).is_none_or(|begun_with| begun_with != digest) {
            let why =
                format!("the ledger's component of gate {gate} is not the one {id} began with");
            return Err(Failure::new(1, why));
        }
    }
    Ok(components)
}
