//! A person's words to a run, from any process: pause, promote, abort.

use std::time::Duration;

use rollout::Word;
use runner::{RunSummary, Story, WordFate};

use crate::args::{Output, WhichArgs};
use crate::failure::Failure;
use crate::place::{Place, is_unfinished};
use crate::resume::take_over;
use crate::terminal::remark;
use crate::whoami;

/// How often, and how many times, a driver is asked whether it has heard.
const ASK_EVERY: Duration = Duration::from_millis(100);
const ASKS: u32 = 300;

/// Says a word to a run. A driver that lives hears it; where none does, abort and promote take
/// the run over and carry the word out themselves.
pub(crate) async fn speak(args: &WhichArgs, word: Word, output: Output) -> Result<u8, Failure> {
    let place = Place::of(args).await?;
    let run = find(&place, args).await?;
    let id = &run.deployment;
    let mut story = Story::of(id);
    for entry in place.ledger.entries(id, 0).await? {
        story.tell(&entry).map_err(|error| Failure::new(1, error.to_string()))?;
    }
    if let Some(machine) = story.machine() {
        machine.accepts(word).map_err(|refusal| Failure::new(4, refusal.to_string()))?;
    }
    if place.ledger.holder(place.lease_key(&run.service_key)).await?.is_some() {
        return tell_driver(&place, id, word, output).await;
    }
    if word == Word::Pause {
        let why = format!("{id} has no driver, so nothing moves; `ecs-crd resume {id}` goes on");
        return Err(Failure::new(4, why));
    }
    take_over(&place, args, &run, Some(word), output).await
}

async fn tell_driver(place: &Place, id: &str, word: Word, output: Output) -> Result<u8, Failure> {
    let number = place.ledger.say(id, word, &whoami::person()).await?;
    for _ in 0..ASKS {
        match place.ledger.fate(id, number).await? {
            WordFate::Taken => {
                remark(output, &format!("{id}: the driver has heard it"))?;
                return Ok(0);
            }
            WordFate::Refused(why) => return Err(Failure::new(4, why)),
            WordFate::Waiting => tokio::time::sleep(ASK_EVERY).await,
        }
    }
    remark(output, &format!("{id}: said, but the driver has not heard it yet; it will"))?;
    Ok(0)
}

async fn find(place: &Place, args: &WhichArgs) -> Result<RunSummary, Failure> {
    match place.meant(args, is_unfinished).await? {
        Some(run) if is_unfinished(&run) => Ok(run),
        Some(run) => Err(Failure::new(4, format!("{} has ended", run.deployment))),
        None => Err(Failure::new(4, "no deployment is under way")),
    }
}
