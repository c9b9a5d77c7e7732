//! Credentials that end during a run and cannot be renewed: wherever the run is then, ten minutes
//! before it goes back while that can be written, and whoever has new ones resumes it.

use rollout::{EpochS, Event, Split};
use runner::{Archive, CREDENTIALS_MARGIN_S, Driver, Interrupt};

use crate::mortal::Fuse;
use crate::rig::{Rig, Stage};
use crate::stories::{case, play};

#[tokio::test]
async fn nothing_rises_within_ten_minutes_of_the_end_of_credentials_and_blue_is_written() {
    let case = case("healthy");
    let stage = Stage::of(&case);
    let whole = play(&Rig::new(&stage)).await;
    let written = |entry: &runner::Entry| match entry.event() {
        Some(Event::WeightsWritten { split, .. }) => Some((entry.at, *split)),
        _ => None,
    };
    let rises: Vec<(EpochS, Split)> = whole.entries.iter().filter_map(|it| written(it)).collect();
    assert!(rises.len() > 2, "{rises:?}");
    for (at, split) in rises {
        let margin_at = at.plus_s(1);
        let rig = Rig::new(&stage);
        let sim = rig.sim();
        let (id, began) = rig.began(&sim).await;
        let (mut context, _) = rig.context(&sim, Fuse::safe()).await;
        let end_at = margin_at.plus_s(CREDENTIALS_MARGIN_S);
        context.interrupt = Interrupt::before_credentials_end(Some(end_at));
        let mut driver = Driver::begin(context, &id, began).await.expect("it begins");
        let end = driver.run().await.expect("the run ends in good order");
        drop(driver);
        assert_eq!(end.exit_code, 40, "after {split}: {}", end.why);
        assert!(end.why.contains("the credentials end in"), "after {split}: {}", end.why);
        let entries = rig.ledger.entries(&id, 0).await.expect("the journal");
        let late: Vec<_> = entries.iter().filter_map(|it| written(it)).collect();
        let late: Vec<_> = late.iter().filter(|(at, _)| *at >= margin_at).collect();
        assert!(matches!(late[..], [(_, Split::ALL_BLUE)]), "after {split}: {late:?}");

        let resumed = rig.resume(&id, Fuse::safe()).await.expect("the resumed run ends");
        assert_eq!(resumed.exit_code, 13, "after {split}: {}", resumed.why);
    }
}
