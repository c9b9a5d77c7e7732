//! The lines, the story, the frames and the end report of every story, as committed.

use ratatui::buffer::Buffer;
use report::{Lines, Seen, fold, frame, history, status, story, summary};
use rollout::{EpochS, EventRecord, Standing};

use super::{folder, golden, stories};

pub(crate) fn text_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let row = |y| {
        let cells = (0..area.width).map(|x| buffer[(x, y)].symbol());
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    (0..area.height).map(row).collect()
}

fn lines_of(events: &[EventRecord]) -> String {
    let mut lines = Lines::default();
    let mut text = Vec::new();
    let mut clock = events[0].at;
    for event in events {
        while clock < event.at {
            clock = clock.plus_s(1);
            text.extend(lines.heartbeat(clock));
        }
        text.extend(lines.take(event));
    }
    text.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn lines_and_stories_are_as_committed() {
    for (name, events) in stories() {
        golden(&folder(&format!("tests/golden/{name}.lines.txt")), &lines_of(&events));
        golden(&folder(&format!("tests/golden/{name}.story.txt")), &story(&events, None));
    }
}

#[test]
fn frames_in_the_middle_and_at_the_end_are_as_committed() {
    for (name, events) in stories() {
        let middle = &events[..events.len() * 3 / 5];
        let picture = fold(middle);
        let now = picture.latest.plus_s(7);
        let mut text = String::new();
        for (columns, rows) in [(80, 24), (40, 20), (200, 40), (80, 8)] {
            let drawn = text_of(&frame(&picture, now, columns, rows));
            text.push_str(&format!("--- {columns} x {rows}, under way\n{drawn}"));
        }
        let drawn = text_of(&frame(&fold(&events), EpochS(0), 80, 30));
        text.push_str(&format!("--- 80 x 30, at the end\n{drawn}"));
        golden(&folder(&format!("tests/golden/{name}.frames.txt")), &text);
    }
}

#[test]
fn end_reports_are_as_committed() {
    for (name, events) in stories() {
        let report = serde_json::to_string_pretty(&summary(&events)).unwrap();
        golden(&folder(&format!("tests/golden/{name}.report.json")), &format!("{report}\n"));
    }
}

#[test]
fn the_table_of_runs_is_as_committed() {
    let runs: Vec<_> = stories().iter().map(|(_, events)| fold(events)).collect();
    golden(&folder("tests/golden/tables.txt"), &history(&runs, None));
}

#[test]
fn where_a_run_stands_is_as_committed() {
    let standing = |what: &str, state: &str| Standing { what: what.into(), state: state.into() };
    let mut text = String::new();
    for (name, events) in stories() {
        let middle = &events[..events.len() / 2];
        for driver in [Some("ana@laptop pid 4711".to_owned()), None] {
            let seen = Seen {
                driver,
                now: fold(middle).latest.plus_s(95),
                standing: vec![standing("stack stage-shop-0", "complete")],
            };
            text.push_str(&format!("--- {name}\n{}", status(middle, &seen, None)));
        }
    }
    golden(&folder("tests/golden/status.txt"), &text);
}
