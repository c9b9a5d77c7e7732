//! The names in an expression of CloudWatch metric math: ids change on their way to the provider.

use std::ops::Range;

/// The expression with its ids renamed; what `rename` does not know stays.
#[must_use]
pub fn renamed(expression: &str, rename: impl Fn(&str) -> Option<String>) -> String {
    let (mut text, mut done) = (String::new(), 0);
    for range in names(expression) {
        text.push_str(&expression[done..range.start]);
        let name = &expression[range.clone()];
        text.push_str(&rename(name).unwrap_or_else(|| name.to_owned()));
        done = range.end;
    }
    text.push_str(&expression[done..]);
    text
}

/// The ids an expression mentions, in their order.
pub fn mentioned(expression: &str) -> impl Iterator<Item = &str> {
    names(expression).into_iter().map(move |range| &expression[range])
}

/// Where the words are that are no function, no number and not in quotes (CloudWatch user guide,
/// "Using metric math": an id is made of letters, digits and underscores).
fn names(expression: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(letter) = expression[at..].chars().next() {
        let rest = &expression[at..];
        let end = at
            + match letter {
                '"' | '\'' => rest[1..].find(letter).map_or(rest.len(), |length| length + 2),
                letter if is_of_word(letter) => {
                    rest.find(|it| !is_of_word(it)).unwrap_or(rest.len())
                }
                letter => letter.len_utf8(),
            };
        let is_function = expression[end..].trim_start().starts_with('(');
        if is_of_word(letter) && !letter.is_ascii_digit() && !is_function {
            found.push(at..end);
        }
        at = end;
    }
    found
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_renamed_and_nothing_else() {
        let table = [
            ("100 * errors / requests", "100 * <errors> / <requests>"),
            ("SUM([e1,e2])/e10", "SUM([<e1>,<e2>])/<e10>"),
            ("IF (m1 > 1e5, m1, FILL(m2, 0.5e3))", "IF (<m1> > 1e5, <m1>, FILL(<m2>, 0.5e3))"),
            ("RATE(m1) + \"m1 'x\" + m1", "RATE(<m1>) + \"m1 'x\" + <m1>"),
            ("m1 \u{2264} 'never closed m1", "<m1> \u{2264} 'never closed m1"),
            ("", ""),
        ];
        for (expression, wanted) in table {
            assert_eq!(renamed(expression, |id| Some(format!("<{id}>"))), wanted);
        }
    }

    #[test]
    fn what_is_not_known_stays() {
        let rename = |id: &str| (id == "a").then(|| "q0".to_owned());
        assert_eq!(renamed("a + b + a1", rename), "q0 + b + a1");
        assert_eq!(mentioned("a + MAX(b)").collect::<Vec<_>>(), ["a", "b"]);
    }
}
