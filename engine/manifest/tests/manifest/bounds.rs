//! Files that are too big, too deep or no text at all end in an error, soon.

use manifest::parse;

fn code(bytes: impl AsRef<[u8]>) -> String {
    let said = parse("f.yml", bytes).unwrap_err();
    said.items()[0].code.to_owned()
}

#[test]
fn a_file_of_many_megabytes_is_not_read() {
    assert_eq!(code(vec![b' '; 5_000_000]), "too-big");
}

#[test]
fn a_million_brackets_are_too_deep() {
    assert_eq!(code("[".repeat(1_000_000)), "too-deep");
    assert_eq!(code("{a: ".repeat(200_000)), "too-deep");
    let blocks: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(code(blocks), "too-deep");
}

#[test]
fn aliases_that_multiply_are_stopped() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let copies = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{copies}]\n"));
    }
    assert_eq!(code(text), "too-big");
}

#[test]
fn bytes_that_are_no_text_are_pointed_at() {
    let said = parse("f.yml", b"a: 1\nb: \xff\xfe\n").unwrap_err();
    assert_eq!(said.position(&said.items()[0]), manifest::Position { line: 2, column: 4 });
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let text = crate::with_canary("  bake: 5m");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let (unix, windows) = (parse("f", &text).unwrap(), parse("f", windows).unwrap());
    assert_eq!(unix.file(), windows.file());
    let slip = parse("f", text.replace("bake", "bqke").replace('\n', "\r\n")).unwrap_err();
    assert_eq!(slip.position(&slip.items()[0]), manifest::Position { line: 4, column: 3 });
}

#[test]
fn thousands_of_mistakes_are_counted_not_printed() {
    let fields: String = (0..5_000).map(|n| format!("  x{n}: 1\n")).collect();
    let said = parse("f.yml", format!("canary:\n{fields}")).unwrap_err();
    assert!(said.items().len() >= 5_000);
    assert!(said.render(false).lines().count() < 1_000);
}

#[test]
fn mappings_can_be_merged_and_aliased() {
    let text = crate::with_canary("").replace(
        "  - container: { port: 8080 }
    health_check: { path: /health }",
        "  - &base
    container: { port: 8080 }
    health_check: { path: /health }
  - <<: *base
    container: { port: 8080, name: other }",
    );
    let said = parse("f.yml", text).unwrap_err().render(false);
    assert!(said.contains("`other:8080`") && !said.contains("health_check"), "{said}");
}
