//! The page: everything escaped, nothing from elsewhere, no script, all that matters on it.

use report::html;

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
