//! Regular expressions of the configuration: small ones, since each state of one may cost fuel at
//! each byte of a body.

use regex_lite::{Regex, RegexBuilder};

/// What a compiled expression may take up, in bytes.
const LARGEST: usize = 32 << 10;
/// How deep its groups may nest.
const DEEPEST: u32 = 20;

/// Compiles it.
///
/// # Errors
/// Why it is no regular expression, or that it is too large.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(LARGEST).nest_limit(DEEPEST);
    builder.build().map_err(|error| format!("{text:?} is no regular expression: {error}"))
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn what_cannot_be_compiled_or_is_too_large_is_told_apart_from_what_can() {
        assert!(pattern("^v[0-9]+\\.[0-9]+$").unwrap().is_match("v1.10"));
        assert!(pattern("(unclosed").unwrap_err().contains("(unclosed"));
        assert!(pattern("(a{1,100}){1,100}").is_err(), "ten thousand states");
    }
}
