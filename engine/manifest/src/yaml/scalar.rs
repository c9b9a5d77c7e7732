//! What a plain scalar means: YAML 1.2's core schema, read strictly.

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number without leading zeros.
    Int(i64),
    /// A finite number with a point or an exponent.
    Float(f64),
    /// Anything else, and everything in quotes.
    Text,
}

impl Kind {
    /// The meaning of a plain scalar.
    ///
    /// Numbers with leading zeros are text: YAML 1.1 took them for octal, YAML 1.2 for decimal, and
    /// an account id must keep them.
    pub(crate) fn of_plain(text: &str) -> Kind {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
            "true" | "True" | "TRUE" => return Kind::Bool(true),
            "false" | "False" | "FALSE" => return Kind::Bool(false),
            _ => {}
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0') && !is_float(digits)) {
            return radix(text).map_or(Kind::Text, Kind::Int);
        }
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map_or(Kind::Text, Kind::Int);
        }
        match text.parse::<f64>() {
            Ok(number) if is_float(digits) && number.is_finite() => Kind::Float(number),
            _ => Kind::Text,
        }
    }

    /// What to call it in an error.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text => "text",
        }
    }
}

/// `0x1f` and `0o17`, as YAML 1.2 spells them.
fn radix(text: &str) -> Option<i64> {
    let (radix, digits) = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(hex), _) => (16, hex),
        (_, Some(octal)) => (8, octal),
        _ => return None,
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok()
}

/// Digits with a point or an exponent; keeps `inf`, `nan` and `1.0.0` out.
fn is_float(digits: &str) -> bool {
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(['.', 'e', 'E'])
        && digits.parse::<f64>().is_ok()
}

/// The boolean that YAML 1.1 (and the predecessor) saw in a word that YAML 1.2 takes for text.
pub(crate) fn old_boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_numbers_and_versions_are_not() {
        assert_eq!(Kind::of_plain("42"), Kind::Int(42));
        assert_eq!(Kind::of_plain("-7"), Kind::Int(-7));
        assert_eq!(Kind::of_plain("0"), Kind::Int(0));
        assert_eq!(Kind::of_plain("0x1f"), Kind::Int(31));
        assert_eq!(Kind::of_plain("1.10"), Kind::Float(1.10));
        assert_eq!(Kind::of_plain("0.5"), Kind::Float(0.5));
        assert_eq!(Kind::of_plain("1e9"), Kind::Float(1e9));
        for text in ["1.0.0", "012345678901", "99999999999999999999", ".inf", "nan", "-", "0x-1"] {
            assert_eq!(Kind::of_plain(text), Kind::Text, "{text}");
        }
    }
}
