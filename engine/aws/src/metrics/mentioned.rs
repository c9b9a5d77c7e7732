//! Which queries of its call an expression of metric math is made of.

use std::ops::Range;

use super::wire::place;

/// The places of the queries an expression mentions, in their order.
pub(super) fn mentioned(expression: &str) -> impl Iterator<Item = usize> {
    words(expression).into_iter().filter_map(move |range| place(&expression[range]))
}

/// Where the words are that are no function, no number and not in quotes (CloudWatch user guide,
/// "Using metric math": an id is made of letters, digits and underscores).
fn words(expression: &str) -> Vec<Range<usize>> {
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
    fn queries_are_found_between_functions_numbers_and_words_in_quotes() {
        let table: [(&str, &[usize]); 6] = [
            ("100 * m3 / m12", &[3, 12]),
            ("SUM([m1,m2])/m10", &[1, 2, 10]),
            ("IF (m1 > 1e5, m1, FILL(m2, 0.5e3))", &[1, 1, 2]),
            ("RATE(m1) + \"m1 'x\" + m1", &[1, 1]),
            ("m1 \u{2264} 'never closed m1", &[1]),
            ("m + mm1 + MAX(REPEAT)", &[]),
        ];
        for (expression, wanted) in table {
            assert_eq!(mentioned(expression).collect::<Vec<_>>(), wanted, "{expression}");
        }
    }
}
