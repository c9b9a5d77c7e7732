//! `status --watch`: the live view, or the lines, of a run that another process drives.

use runner::{Follower, RunSummary};

use crate::args::{Output, WhichArgs};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::place::Place;
use crate::terminal::{complain, remark, say};

/// Follows a run until it has ended or nobody drives it; either way the watching succeeded.
pub(crate) async fn watch(which: &WhichArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::of(which).await?;
    let Some(run) = place.meant(which, |_| true).await? else {
        remark(output, &place.emptiness())?;
        return Ok(0);
    };
    let mut feed = Feed::new(&run.deployment, output);
    let followed = follow(&place, &run, &mut feed).await;
    let is_driven = followed.inspect_err(|_| feed.close())?;
    say(&feed.ending())?;
    if !is_driven {
        let id = &run.deployment;
        complain(&format!("nobody drives {id}: `ecs-crd resume {id}` goes on"));
    }
    Ok(0)
}

/// False when the run waits for somebody to drive it on.
async fn follow(place: &Place, run: &RunSummary, feed: &mut Feed) -> Result<bool, Failure> {
    let id = &run.deployment;
    let key = place.lease_key(&run.service_key);
    let mut seq = 0;
    loop {
        // Asked before the journal is read: what a driver writes last is read all the same.
        let is_driven = place.ledger.holder(key).await?.is_some();
        let entries = place.ledger.entries(id, seq).await?;
        for entry in &entries {
            feed.entry(entry);
            seq = entry.seq.saturating_add(1);
        }
        let runs = place.ledger.runs().await?;
        let now = runs.iter().find(|it| it.deployment == *id);
        match now.and_then(|it| it.exit_code) {
            Some(exit_code) if exit_code != 20 || !is_driven => return Ok(true),
            None if !is_driven => return Ok(false),
            _ => {}
        }
        feed.tick(place.now()?);
        tokio::time::sleep(place.ask_every()).await;
    }
}
