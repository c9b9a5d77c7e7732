//! Whole rollouts over the simulated cloud: the stories of `tests/cases` whose gates follow a script
//! or are built in; these are played by the native libraries, and must tell what the components do.

use rollout::{Event, Split, Weight};

use crate::mortal::Fuse;
use crate::rig::{Rig, Stage};
use crate::story::{Case, Played, cases, check};

/// The story of that name.
pub(crate) fn case(name: &str) -> Case {
    let mut found = cases(|case| case.name() == name);
    found.remove(0)
}

pub(crate) async fn play(rig: &Rig<'_>) -> Played {
    let drive = rig.begin(Fuse::safe()).await;
    let end = drive.end.unwrap_or_else(|error| panic!("{}: {error}", drive.id));
    rig.played(&drive.id, &end).await
}

/// Every split that was verified, in order.
pub(crate) fn splits(played: &Played) -> Vec<Split> {
    let verified = |event: &Event| match event {
        Event::WeightVerified { split } => Some(*split),
        _ => None,
    };
    played.entries.iter().filter_map(|entry| entry.event()).filter_map(verified).collect()
}

#[tokio::test]
async fn s14_every_story_is_as_committed_and_keeps_the_promises() {
    for case in cases(|case| case.guests.is_empty()) {
        let stage = Stage::of(&case);
        check(&case, &play(&Rig::new(&stage)).await).await;
    }
}

#[tokio::test]
async fn s15_the_same_seed_tells_the_same_story() {
    let case = case("throttled");
    let stage = Stage::of(&case);
    let [one, other] = [play(&Rig::new(&stage)).await, play(&Rig::new(&stage)).await];
    assert_eq!(one.entries, other.entries);
}

#[tokio::test]
async fn a_second_deployment_stands_on_the_first() {
    let case = case("first-release");
    let stage = Stage::of(&case);
    let rig = Rig::new(&stage);
    let all_green = Split::green_at(Weight::FULL);
    let first = play(&rig).await;
    assert_eq!((first.exit_code, splits(&first)), (0, vec![all_green]), "{}", first.screen);
    let second = play(&rig).await;
    assert_eq!(second.exit_code, 0, "{}", second.screen);
    let ten = Split::green_at(Weight::new(10).expect("a weight"));
    assert_eq!(splits(&second)[0], ten, "the first release is the baseline now");
}
