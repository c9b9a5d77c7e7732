//! A person's words to a run, from any process: pause, promote, abort.

use std::time::{Duration, Instant};

use rollout::Word;
use runner::{RunSummary, Story, WordFate};

use crate::args::{Output, WhichArgs};
use crate::failure::Failure;
use crate::place::{Place, is_unfinished};
use crate::resume::{Purpose, drive_on, lease_of};
use crate::terminal::remark;
use crate::whoami;

/// A driver that lives hears within one call to the cloud, and one that died is known to be gone
/// when its lease has run out: longer than both.
const PATIENCE: Duration = Duration::from_secs(180);

/// Says a word to a run. A driver that lives hears it; where none does, abort and promote take
/// the run over and carry the word out themselves.
pub(crate) async fn speak(args: &WhichArgs, word: Word, output: Output) -> Result<u8, Failure> {
    let place = Place::of(args).await?;
    let run = find(&place, args).await?;
    if let Some(machine) = story_of(&place, &run).await?.machine() {
        machine.accepts(word).map_err(|refusal| Failure::new(4, refusal.to_string()))?;
    }
    address(&place, args, &run, word, output).await
}

/// What has happened in a run so far.
pub(crate) async fn story_of(place: &Place, run: &RunSummary) -> Result<Story, Failure> {
    let mut story = Story::of(&run.deployment);
    for entry in place.ledger.entries(&run.deployment, 0).await? {
        story.tell(&entry).map_err(|error| Failure::new(1, error.to_string()))?;
    }
    Ok(story)
}

/// Says a word that makes sense now to whoever drives a run, or carries it out.
pub(crate) async fn address(
    place: &Place,
    args: &WhichArgs,
    run: &RunSummary,
    word: Word,
    output: Output,
) -> Result<u8, Failure> {
    let id = &run.deployment;
    if place.ledger.holder(place.lease_key(&run.service_key)).await?.is_none() {
        if word == Word::Pause {
            return Err(Failure::new(4, nothing_moves(id)));
        }
        if let Some(lease) = lease_of(place, run).await? {
            return drive_on(place, args, id, lease, Purpose::Say(word), output).await;
        }
    }
    tell_driver(place, args, run, word, output).await
}

fn nothing_moves(id: &str) -> String {
    format!("{id} has no driver, so nothing moves; `ecs-crd resume {id}` goes on")
}

/// Leaves a word for the driver until it is heard, or the driver turns out to be dead.
async fn tell_driver(
    place: &Place,
    args: &WhichArgs,
    run: &RunSummary,
    word: Word,
    output: Output,
) -> Result<u8, Failure> {
    let id = &run.deployment;
    let number = place.ledger.say(id, word, &whoami::person()).await?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match place.ledger.fate(id, number).await? {
            WordFate::Taken => {
                remark(output, &format!("{id}: the driver has heard it"))?;
                return Ok(0);
            }
            WordFate::Refused(why) => return Err(Failure::new(4, why)),
            WordFate::Waiting => tokio::time::sleep(place.ask_every()).await,
        }
        let is_gone = place.ledger.holder(place.lease_key(&run.service_key)).await?.is_none();
        if is_gone && word == Word::Pause {
            // Refused is refused: whoever resumes it is not to hear of it.
            let why = nothing_moves(id);
            place.ledger.settle(id, number, &WordFate::Refused(why.clone())).await?;
            return Err(Failure::new(4, why));
        }
        // Nobody's as far as our clock can tell: the lease itself knows better.
        if is_gone && let Some(lease) = lease_of(place, run).await? {
            remark(output, &format!("{id}: its driver has gone, so this one takes over"))?;
            return drive_on(place, args, id, lease, Purpose::Heed(word), output).await;
        }
    }
    let holder = place.ledger.holder(place.lease_key(&run.service_key)).await?;
    let why = format!(
        "{id}: {} has not heard it for {} s; it stays said, and whoever drives next hears it",
        holder.as_deref().unwrap_or("the driver"),
        PATIENCE.as_secs()
    );
    Err(Failure::new(30, why))
}

async fn find(place: &Place, args: &WhichArgs) -> Result<RunSummary, Failure> {
    match place.meant(args, is_unfinished).await? {
        Some(run) if is_unfinished(&run) => Ok(run),
        Some(run) => Err(Failure::new(4, format!("{} has ended", run.deployment))),
        None => Err(Failure::new(4, "no deployment is under way")),
    }
}
