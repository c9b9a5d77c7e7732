//! Ids in which `*` stands for any letters.

/// Whether a pattern fits all of a text.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

/// How much of a pattern is said: of several that fit, the one that says most is meant. An exact
/// id says more than any pattern.
pub(super) fn weight(pattern: &str) -> usize {
    match pattern.contains('*') {
        true => pattern.chars().filter(|letter| *letter != '*').count(),
        false => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters_and_everything_else_for_itself() {
        for (pattern, text, expected) in [
            ("p99", "p99", true),
            ("p99", "p999", false),
            ("*", "", true),
            ("canary_*", "canary_0_requests", true),
            ("canary_*", "baseline_0_requests", false),
            ("*_requests", "canary_0_requests", true),
            ("canary_*_requests", "canary_requests", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "ba", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_says_more_is_meant() {
        let mut patterns = ["*", "canary_0_requests", "canary_*", "canary_*_requests"];
        patterns.sort_by_key(|pattern| std::cmp::Reverse(weight(pattern)));
        assert_eq!(patterns, ["canary_0_requests", "canary_*_requests", "canary_*", "*"]);
    }
}
