//! Masking: what echoes a secret is covered before anybody sees it (S16).
//!
//! Found are the value, its parts (`Bearer` and the token), and both as JSON, URLs and HTML spell
//! them. What a server makes of a secret beyond that (base64, backwards) cannot be known here.

use std::ops::Range;

use secrecy::{ExposeSecret, SecretString};

/// The longest spelling of one byte: `\u0022`, `&quot;`, `&#x22;`.
const LONGEST_LETTER: usize = 6;

/// The values to cover.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask(Vec<SecretString>);

impl Mask {
    /// Covers a header's value too; in `Bearer x` and the like what follows the scheme alone.
    pub(crate) fn add(&mut self, value: &SecretString) {
        let text = value.expose_secret().trim();
        self.0.push(text.into());
        self.0.extend(text.split_once(' ').map(|(_, token)| token.trim().into()));
    }

    /// Whether there is nothing to cover.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes the longest spelling of a secret has.
    pub(crate) fn longest(&self) -> usize {
        let lengths = self.0.iter().map(|secret| secret.expose_secret().len());
        lengths.max().unwrap_or(0) * LONGEST_LETTER
    }

    /// Puts a star over each byte of a secret; lengths stay.
    pub(crate) fn cover(&self, bytes: &mut [u8]) {
        if self.is_empty() {
            return;
        }
        let found: Vec<Range<usize>> =
            (0..bytes.len()).filter_map(|at| Some(at..at + self.at(&bytes[at..])?)).collect();
        for range in found {
            bytes[range].fill(b'*');
        }
    }

    /// The same of a text.
    pub(crate) fn covered(&self, text: impl Into<Vec<u8>>) -> String {
        let mut bytes = text.into();
        self.cover(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The bytes of the longest secret that the text begins with.
    fn at(&self, text: &[u8]) -> Option<usize> {
        let secrets = self.0.iter().map(|secret| secret.expose_secret().as_bytes());
        secrets
            .flat_map(|it| [spelled(text, it, plain), spelled(text, it, escaped)])
            .flatten()
            .max()
    }
}

/// How a text spells one byte: the length of the spelling that it begins with.
type Letter = fn(&[u8], u8) -> Option<usize>;

fn spelled(text: &[u8], secret: &[u8], letter: Letter) -> Option<usize> {
    secret.iter().try_fold(0, |at, byte| Some(at + letter(text.get(at..)?, *byte)?))
}

fn plain(text: &[u8], byte: u8) -> Option<usize> {
    (text.first() == Some(&byte)).then_some(1)
}

/// As JSON, URLs or HTML escape it, or as it is.
fn escaped(text: &[u8], byte: u8) -> Option<usize> {
    let length = match text {
        [b'\\', b'u', digits @ ..] => hex(digits, 4, byte).map(|length| 2 + length),
        [b'\\', letter, ..] if *letter == byte => Some(2),
        [b'%', digits @ ..] => hex(digits, 2, byte).map(|length| 1 + length),
        [b'+', ..] if byte == b' ' => Some(1),
        [b'&', rest @ ..] => entity(rest, byte).map(|length| 1 + length),
        _ => None,
    };
    length.or_else(|| plain(text, byte))
}

fn hex(text: &[u8], digits: usize, byte: u8) -> Option<usize> {
    let text = std::str::from_utf8(text.get(..digits)?).ok()?;
    (u32::from_str_radix(text, 16) == Ok(byte.into())).then_some(digits)
}

/// What follows an ampersand, semicolon included.
fn entity(text: &[u8], byte: u8) -> Option<usize> {
    let end = text.iter().take(LONGEST_LETTER).position(|letter| *letter == b';')?;
    let code = match &text[..end] {
        b"amp" => Some(u32::from(b'&')),
        b"lt" => Some(u32::from(b'<')),
        b"gt" => Some(u32::from(b'>')),
        b"quot" => Some(u32::from(b'"')),
        b"apos" => Some(u32::from(b'\'')),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    };
    (code? == u32::from(byte)).then_some(end + 1)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(values: &[&str]) -> Mask {
        let mut mask = Mask::default();
        values.iter().for_each(|value| mask.add(&SecretString::from(*value)));
        mask
    }

    #[test]
    fn s16_a_secret_is_covered_as_it_is_and_as_json_urls_and_html_spell_it() {
        let mask = mask(&["Bearer a/b+\"c\"&<d\\"]);
        for echo in [
            r#"a/b+"c"&<d\"#,
            r#"Bearer a/b+"c"&<d\"#,
            r#"a\/b+\"c\"&<d\\"#,
            r#"a/b\u002B\u0022c\u0022\u0026\u003cd\\"#,
            "a%2Fb%2b%22c%22%26%3Cd%5C",
            "Bearer+a%2Fb%2B%22c%22%26%3cd%5c",
            "a/b+&quot;c&quot;&amp;&lt;d\\",
            "a&#47;b&#x2b;&#34;c&#34;&#38;&#60;d&#92;",
        ] {
            let covered = mask.covered(format!("<{echo}>"));
            assert_eq!(covered, format!("<{}>", "*".repeat(echo.len())), "{echo}");
        }
    }

    #[test]
    fn secrets_that_overlap_are_both_covered_and_the_rest_is_left() {
        assert_eq!(mask(&["abc", "bcd"]).covered("xabcdx abd"), "x****x abd");
        assert_eq!(mask(&["aa"]).covered("aaa"), "***");
        assert_eq!(Mask::default().covered("abc"), "abc");
    }

    #[test]
    fn s16_a_mask_does_not_show_what_it_covers() {
        assert!(!format!("{:?}", mask(&["hunter2"])).contains("hunter2"));
    }
}
