//! The live view holds at any size, in any story, in any order of events.

use proptest::prelude::*;
use report::{fold, frame, html, story};
use rollout::{EpochS, EventRecord};

use super::goldens::text_of;
use super::{stories, story_of};

fn all_events() -> Vec<EventRecord> {
    stories().into_iter().flat_map(|(_, events)| events).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_size_and_no_order_of_events_stops_the_view(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        columns in 0u16..220,
        rows in 0u16..60,
        now in any::<u32>(),
    ) {
        let all = all_events();
        let events: Vec<EventRecord> = picks.iter().map(|it| it.get(&all).clone()).collect();
        let picture = fold(&events);
        let buffer = frame(&picture, EpochS(now), columns, rows);
        prop_assert_eq!((buffer.area.width, buffer.area.height), (columns, rows));
        prop_assert!(story(&events, None).lines().count() <= 15);
        prop_assert!(html(&events).is_ok());
    }
}

#[test]
fn the_verdict_that_convicts_stays_however_low_the_terminal_is() {
    let picture = fold(&story_of("rolled-back"));
    for rows in 8..40 {
        let text = text_of(&frame(&picture, EpochS(0), 80, rows));
        assert!(text.contains("rolled back"), "{text}");
        assert!(text.contains("✗ rollback"), "{text}");
        assert!(text.contains("exit 10"), "{text}");
    }
}

#[test]
fn a_long_name_is_cut_with_an_ellipsis_and_pushes_nothing_off() {
    let mut events = story_of("healthy");
    let long = "checkout-".repeat(40);
    if let rollout::What::Started(started) = &mut events[0].what {
        started.service.clone_from(&long);
        started.gates[0].name = long.clone();
    }
    let text = text_of(&frame(&fold(&events[..100]), EpochS(0), 40, 30));
    let first = text.lines().next().unwrap();
    assert!(first.contains('…') && first.contains(':'), "{first}");
}
