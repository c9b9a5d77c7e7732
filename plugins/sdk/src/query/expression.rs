//! Metric math: its words, and how those that name series become ids of questions.

/// Functions that reach series which no question names: the host refuses them.
pub(super) const REACHING: [&str; 6] =
    ["SEARCH", "METRICS", "SELECT", "INSIGHT_RULE_METRIC", "DB_PERF_INSIGHTS", "LAMBDA"];

/// Words (names and numbers) and what stands between them, in order.
fn tokens(expression: &str) -> impl Iterator<Item = &str> {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = expression;
    std::iter::from_fn(move || {
        let in_word = is_of_word(rest.chars().next()?);
        let end = rest.find(|letter| is_of_word(letter) != in_word).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

/// The words that name something: they begin with a letter.
pub(super) fn names(expression: &str) -> impl Iterator<Item = &str> {
    tokens(expression).filter(|token| token.starts_with(char::is_alphabetic))
}

/// The expression with every word that `id_of` knows replaced.
pub(super) fn renamed(expression: &str, id_of: impl Fn(&str) -> Option<String>) -> String {
    tokens(expression).map(|token| id_of(token).unwrap_or_else(|| token.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::{names, renamed};

    #[test]
    fn whole_words_are_renamed_and_nothing_else() {
        let id_of = |name: &str| ["bad", "all"].contains(&name).then(|| format!("c0_{name}"));
        assert_eq!(renamed("100*bad/all+bad2", id_of), "100*c0_bad/c0_all+bad2");
        assert_eq!(names("FILL(bad, 0) / 1e3").collect::<Vec<_>>(), ["FILL", "bad"]);
    }
}
