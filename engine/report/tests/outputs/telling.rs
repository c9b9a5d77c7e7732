//! What lines and stories promise whatever the events are.

use report::{Lines, fold, story, summary};
use rollout::{EpochS, Level, What};

use super::{stories, story_of};

#[test]
fn no_line_repeats_the_one_before_it() {
    for (name, events) in stories() {
        let mut lines = Lines::default();
        let said: Vec<String> = events.iter().flat_map(|event| lines.take(event)).collect();
        let texts: Vec<&str> = said.iter().filter_map(|line| line.get(8..)).collect();
        assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{name}: {said:#?}");
    }
}

#[test]
fn a_look_that_says_the_same_again_is_silent() {
    let events = story_of("healthy");
    let looks = events.iter().filter(|event| matches!(event.what, What::Looked { .. })).count();
    let mut lines = Lines::default();
    let said: Vec<String> = events.iter().flat_map(|event| lines.take(event)).collect();
    let told = said.iter().filter(|line| line.contains("  gate ")).count();
    assert!(told * 4 < looks, "{told} lines of {looks} looks");
}

#[test]
fn a_minute_of_silence_is_broken_once() {
    let events = story_of("healthy");
    let mut lines = Lines::default();
    assert_eq!(lines.heartbeat(EpochS(u32::MAX)), None, "nothing has begun");
    lines.take(&events[0]);
    let at = events[0].at;
    assert_eq!(lines.heartbeat(at.plus_s(59)), None);
    assert!(lines.heartbeat(at.plus_s(60)).is_some_and(|line| line.contains("preparing")));
    assert_eq!(lines.heartbeat(at.plus_s(61)), None);
    events.iter().for_each(|event| drop(lines.take(event)));
    assert_eq!(lines.heartbeat(EpochS(u32::MAX)), None, "it is over");
}

#[test]
fn colour_is_only_where_it_was_asked_for_and_never_from_a_gate() {
    let events = story_of("hostile-names");
    let mut plain = Lines::new(false);
    let mut coloured = Lines::new(true);
    let said: String = events.iter().flat_map(|event| plain.take(event)).collect();
    assert!(!said.contains('\u{1b}'), "{said:?}");
    let said: String = events.iter().flat_map(|event| coloured.take(event)).collect();
    assert!(said.contains("\u{1b}[31mback"));
    assert!(!said.contains("\u{1b}[31mred"));
}

#[test]
fn the_price_gives_way_where_a_story_is_full() {
    let mut events = story_of("rolled-back");
    assert!(story(&events, None).contains("\nAsked   1116 metrics of CloudWatch in 69 calls"));
    if let What::Started(started) = &mut events[0].what {
        started.service = "a-service-with-a-long-name".repeat(3);
    }
    let Some(What::Ended(ended)) = events.last_mut().map(|it| &mut it.what) else { panic!() };
    ended.why = "a reason of many words ".repeat(20);
    ended.left = vec!["a resource of a stack, and why it cannot be removed".to_owned(); 9];
    let told = story(&events, None);
    assert!(!told.contains("\nAsked ") && told.contains("\nNext "), "{told}");
}

#[test]
fn a_story_is_short_wherever_it_breaks_off() {
    for (name, events) in stories() {
        for end in 0..=events.len() {
            let told = story(&events[..end], None);
            assert!(told.lines().count() <= 15, "{name} at {end}:\n{told}");
            assert!(told.lines().all(|line| line.chars().count() <= 80), "{name}:\n{told}");
        }
    }
}

#[test]
fn a_story_keeps_to_the_terminal_and_cuts_no_command() {
    for (name, events) in stories() {
        for (columns, most) in [(20, 40), (40, 40), (60, 60), (100, 100), (250, 100)] {
            let told = story(&events, Some(columns));
            let text = || told.lines().filter(|line| !line.contains("ecs-crd "));
            assert!(text().all(|line| line.chars().count() <= most), "{name}:\n{told}");
            assert!(told.lines().count() <= 15, "{name}:\n{told}");
        }
    }
    let narrow = story(&story_of("interrupted"), Some(40));
    assert!(narrow.contains("ecs-crd abort prod-checkout-20261124-071203\n"), "{narrow}");
}

#[test]
fn whoever_has_to_act_is_told_the_commands() {
    for name in ["halted-by-drift", "interrupted"] {
        let told = story(&story_of(name), None).replace('\n', " ");
        assert!(told.contains("ecs-crd resume prod-checkout-20261124-071203 "), "{told}");
        assert!(told.contains("ecs-crd abort prod-checkout-20261124-071203 "), "{told}");
    }
    assert!(!story(&story_of("healthy"), None).contains("resume"));
}

#[test]
fn what_could_not_be_removed_is_in_the_story() {
    assert!(story(&story_of("inconclusive"), None).contains("NOT REMOVED"));
}

#[test]
fn the_running_count_of_harm_agrees_with_the_end() {
    for (name, mut events) in stories() {
        let told = summary(&events).harmed;
        events.retain(|event| !matches!(event.what, What::Ended(_)));
        assert_eq!(fold(&events).harmed(), told, "{name}");
    }
}

#[test]
fn a_run_that_was_left_goes_on_where_it_stood() {
    let mut events = story_of("interrupted");
    let before = fold(&events[..events.len() - 1]);
    assert!(before.wait.is_some(), "it was left in the middle of a step");
    let mut note = events[0].clone();
    note.at = events[events.len() - 1].at.plus_s(60);
    note.what = What::Note { level: Level::Info, text: "ana drives on".to_owned() };
    events.push(note);
    let after = fold(&events);
    assert_eq!((after.ended, after.stage, after.wait), (None, before.stage, before.wait));
    assert_eq!(after.ladder, before.ladder);
}
