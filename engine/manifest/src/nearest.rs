//! The nearest known name to one that is not known.

/// The known name that `unknown` was probably meant to be.
///
/// Measured by Damerau–Levenshtein distance over the longer length; a third of the letters may
/// differ, which is what rustc allows.
pub(crate) fn nearest<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    const LONGEST: usize = 100;
    if unknown.len() > LONGEST {
        return None;
    }
    let wanted = unknown.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= name.len().max(wanted.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Names as a sentence lists them, each once, at most thirty.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 30;
    let mut listed: Vec<String> = Vec::new();
    for name in names.into_iter().map(|name| format!("`{name}`")) {
        if listed.len() == MOST {
            listed.push("…".to_owned());
            break;
        }
        if !listed.contains(&name) {
            listed.push(name);
        }
    }
    listed.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["strategy", "scale", "gates"];
        assert_eq!(nearest("stratgey", known), Some("strategy"));
        assert_eq!(nearest("Gate", known), Some("gates"));
        assert_eq!(nearest("volumes", known), None);
        assert_eq!(nearest(&"x".repeat(5_000), known), None);
    }
}
