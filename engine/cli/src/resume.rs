//! Going on with a run whose driver has gone: resume, and a person's word that needs a driver.

use std::sync::Arc;

use aws::Aws;
use rollout::{State, Word};
use runner::{Began, Cloud, Driver, Entry, Lease, LedgerError, Record, RunSummary};
use sim::SimCloud;

use crate::args::{Output, PlaceArgs, WhichArgs};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::file::{Components, engine, is_named, same_file};
use crate::place::{Place, World, is_unfinished};
use crate::run::{context, finish};
use crate::simulated::scenario;
use crate::terminal::remark;
use crate::{on_aws, whoami};

/// Goes on with a run from its journal.
pub(crate) async fn resume(which: &WhichArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::of(which).await?;
    match place.meant(which, is_unfinished).await? {
        Some(run) if is_unfinished(&run) => take_over(&place, which, &run, None, output).await,
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

/// Takes a run whose driver has gone, says a word if there is one, and drives on.
pub(crate) async fn take_over(
    place: &Place,
    which: &WhichArgs,
    run: &RunSummary,
    word: Option<Word>,
    output: Output,
) -> Result<u8, Failure> {
    let id = &run.deployment;
    let key = place.lease_key(&run.service_key);
    let lease = match place.ledger.acquire(key, &whoami::holder()).await {
        Err(LedgerError::Held { holder, .. }) if word.is_none() => {
            let why = format!("{id} is being driven by {holder}; `ecs-crd pause` or `abort` it");
            return Err(Failure::new(30, why));
        }
        lease => lease?,
    };
    let resumed = resumed(place, which, id, lease.clone(), word, output).await;
    match resumed {
        Ok((mut driver, feed)) => finish(driver.run().await, &feed),
        Err(failure) => {
            place.ledger.release(&lease).await?;
            Err(failure)
        }
    }
}

async fn resumed(
    place: &Place,
    which: &WhichArgs,
    id: &str,
    lease: Lease,
    word: Option<Word>,
    output: Output,
) -> Result<(Driver, Feed), Failure> {
    let entries = place.ledger.entries(id, 0).await?;
    let began = began_with(id, &entries)?;
    let host = Arc::new(host_of(place, id, &began).await?);
    let (cloud, aws) = cloud_to_go_on(place, which, &began, word)?;
    if let (Some(aws), None | Some(Word::Promote)) = (&aws, word) {
        on_aws::can_go_on(aws, id, &entries).await?;
    }
    let feed = Feed::new(id, output);
    let context = context(cloud, place, lease, host, Box::new(feed.clone()));
    let mut driver = Driver::resume(context, id, &whoami::holder()).await?;
    let halted = matches!(driver.machine().state(), State::Halted(_));
    if let Some(word) = word.or(halted.then_some(Word::Resume)) {
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
            Ok((on_aws::cloud(&aws), Some(aws)))
        }
    }
}

/// What a run began with.
fn began_with(id: &str, entries: &[Arc<Entry>]) -> Result<Began, Failure> {
    match entries.first().map(|entry| &entry.record) {
        Some(Record::Began(began)) => Ok(*began.clone()),
        _ => Err(Failure::new(1, format!("the journal of {id} does not begin with a plan"))),
    }
}

/// The gates of a run as they were when it began, from the ledger.
async fn host_of(place: &Place, id: &str, began: &Began) -> Result<gates::Host, Failure> {
    let mut components = Components::default();
    let engine = engine()?;
    for gate in &began.plan.gates {
        let Some(digest) = began.components.get(&gate.name) else { continue };
        let bytes = place.ledger.component(digest).await?;
        components.insert(&engine, &gate.plugin, bytes)?;
    }
    for (gate, digest, _) in components.of(&began.plan) {
        if began.components.get(gate).is_none_or(|begun_with| begun_with != digest) {
            let why =
                format!("the ledger's component of gate {gate} is not the one {id} began with");
            return Err(Failure::new(1, why));
        }
    }
    Ok(components.host(&began.plan))
}
