//! The page: everything escaped, nothing from elsewhere, no script, all that matters on it.

use report::{
    Cell, FalseAlarm, HistoryBacktest, MetricsBacktest, PastRun, Rate, Would, history_html, html,
    metrics_html,
};
use rollout::{Decision, EpochS, Outcome};

use super::{stories, story_of};

/// The names of all tags of a page, in order, closing ones with their slash.
fn tags(page: &str) -> Vec<String> {
    let name = |rest: &str| {
        let end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    page.split('<').skip(1).map(name).collect()
}

#[test]
fn a_service_named_script_is_text() {
    let page = html(&story_of("hostile-names")).unwrap();
    let known = [
        "!DOCTYPE",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "p",
        "h1",
        "h2",
        "h3",
        "dl",
        "div",
        "dt",
        "dd",
        "pre",
        "figure",
        "svg",
        "g",
        "line",
        "text",
        "path",
        "circle",
        "rect",
        "desc",
        "polyline",
        "figcaption",
        "span",
        "table",
        "tr",
        "th",
        "td",
        "section",
        "small",
        "strong",
        "br",
        "thead",
        "tbody",
        "caption",
    ];
    for tag in tags(&page) {
        let name = tag.trim_matches('/');
        assert!(known.contains(&name), "<{tag}> in the page");
    }
    assert!(page.contains("&lt;script&gt;"));
    assert!(!page.contains("49"), "a template in a note was run");
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    for (name, events) in stories() {
        let page = html(&events).unwrap();
        for word in ["http:", "https:", "src=", "href=", "@import", "url(", "javascript"] {
            let hostile = name == "hostile-names" && word == "src=";
            assert!(hostile || !page.contains(word), "{name}: {word}");
        }
        assert!(page.contains("default-src 'none'"), "{name}");
    }
}

#[test]
fn tags_are_closed_in_the_order_they_were_opened() {
    for (name, events) in stories() {
        let page = html(&events).unwrap();
        let mut open: Vec<&str> = Vec::new();
        for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let named = tag.split_whitespace().next().unwrap();
            match named.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}"),
                None if tag.ends_with('/') => {}
                None if ["!DOCTYPE", "meta", "br"].contains(&named) => {}
                None => open.push(named),
            }
        }
        assert_eq!(open, Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn the_page_shows_the_numbers_that_convicted_what_each_gate_said_and_the_price() {
    let page = html(&story_of("rolled-back")).unwrap();
    let asked = "<dt>asked for</dt><dd>1116 metrics of CloudWatch in 69 calls: about $0.01</dd>";
    for part in ["rolled back", "e-value 1312", "bad responses", "polyline", "✕", "no data", asked]
    {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_gate_cannot_turn_a_line_of_the_page_round() {
    let page = html(&story_of("hostile-names")).unwrap();
    assert!(!page.contains(['\u{202e}', '\u{7}', '\u{1b}']));
    assert!(page.contains("alert(3)"), "the rest of its sentence is there");
}

/// What a stranger may call a gate, a recording, a service.
const HOSTILE: &str = "<script>alert(1)</script>\u{202e}";

/// A backtest over recorded metrics, with all that there can be in one.
pub(super) fn hostile_metrics() -> MetricsBacktest {
    let cell = |recording: Option<&str>, factor: f64, rolled_back: u64| Cell {
        gate: HOSTILE.to_owned(),
        recording: recording.map(str::to_owned),
        factor: Some(factor),
        rolled_back: Rate::of(rolled_back, 10),
        promoted: 10 - rolled_back,
        held: 0,
        no_data: 0,
        errors: 0,
        after: [Some(3), Some(5), Some(8)],
    };
    MetricsBacktest {
        recordings: vec![HOSTILE.to_owned(), "b.csv".to_owned()],
        gates: vec![HOSTILE.to_owned()],
        seed: 1,
        intervals: 20,
        period_s: 60,
        cells: vec![cell(None, 1.0, 1), cell(None, 2.0, 9), cell(Some(HOSTILE), 1.0, 1)],
        false_alarms: vec![FalseAlarm {
            gate: HOSTILE.to_owned(),
            recording: HOSTILE.to_owned(),
            from: EpochS(1_767_225_600),
            after: 7,
            sentence: HOSTILE.to_owned(),
        }],
    }
}

#[test]
fn the_pages_of_backtests_hold_no_script_whatever_things_are_called() {
    let metrics = hostile_metrics();
    let history = HistoryBacktest {
        gates: vec![HOSTILE.to_owned()],
        runs: vec![PastRun {
            deployment: "sim-1".to_owned(),
            service: HOSTILE.to_owned(),
            version: "1.4.2".to_owned(),
            began: EpochS(1_767_225_600),
            outcome: Some(Outcome::RolledBack),
            exit_code: Some(10),
            decided_at: Some(EpochS(1_767_226_080)),
            why: HOSTILE.to_owned(),
            would: vec![Would {
                gate: HOSTILE.to_owned(),
                decision: Decision::Rollback,
                at: EpochS(1_767_226_080),
                weight: 10,
                code: "worse".to_owned(),
                sentence: HOSTILE.to_owned(),
                looks: 24,
                not_recorded: 0,
                why_not_recorded: None,
                course: vec![
                    (EpochS(1_767_225_735), Decision::Hold),
                    (EpochS(1_767_226_080), Decision::Rollback),
                ],
            }],
        }],
    };
    for page in [metrics_html(&metrics).unwrap(), history_html(&history).unwrap()] {
        let all = tags(&page);
        assert!(!all.iter().any(|tag| tag == "script") && !page.contains('\u{202e}'), "{page}");
        assert!(all.iter().filter(|tag| *tag == "rect" || *tag == "circle").count() >= 2, "{page}");
        for tag in ["table", "svg", "g", "html", "figure", "style"] {
            let closing = format!("/{tag}");
            let count = |name: &str| all.iter().filter(|it| *it == name).count();
            assert_eq!(count(tag), count(&closing), "{tag}");
        }
    }
}
