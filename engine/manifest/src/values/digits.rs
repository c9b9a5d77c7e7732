//! Regular expressions for ranges of whole numbers, so that a quoted number is held to the same
//! bounds as a bare one by the schema itself.

/// Matches exactly the decimal spellings, without leading zeros, of `low..=high`. Unanchored.
pub(super) fn range(low: i64, high: i64) -> String {
    let mut parts = Vec::new();
    if low < 0 {
        let closest = if high < 0 { high.unsigned_abs() } else { 1 };
        parts.push(format!("-{}", natural(closest, low.unsigned_abs())));
    }
    if high >= 0 {
        parts.push(natural(u64::try_from(low).unwrap_or(0), high.unsigned_abs()));
    }
    alternatives(&parts)
}

/// The same for natural numbers: one alternative per number of digits.
fn natural(low: u64, high: u64) -> String {
    let parts: Vec<String> = (low.to_string().len()..=high.to_string().len())
        .map(|length| {
            let smallest = "1".to_owned() + &"0".repeat(length - 1);
            let smallest = if length == 1 { "0".to_owned() } else { smallest };
            let largest = "9".repeat(length);
            let low = low.to_string();
            let high = high.to_string();
            let from = if low.len() == length { &low } else { &smallest };
            let to = if high.len() == length { &high } else { &largest };
            same_length(from.as_bytes(), to.as_bytes())
        })
        .collect();
    alternatives(&parts)
}

/// Numbers of equally many digits: split where the first digits differ.
fn same_length(low: &[u8], high: &[u8]) -> String {
    let (Some((&first, low_rest)), Some((&last, high_rest))) =
        (low.split_first(), high.split_first())
    else {
        return String::new();
    };
    if first == last {
        return char::from(first).to_string() + &same_length(low_rest, high_rest);
    }
    let (mut first, mut last) = (first, last);
    let (mut parts, mut end) = (Vec::new(), None);
    if low_rest.iter().any(|&digit| digit != b'0') {
        let nines = vec![b'9'; low_rest.len()];
        parts.push(char::from(first).to_string() + &same_length(low_rest, &nines));
        first += 1;
    }
    if high_rest.iter().any(|&digit| digit != b'9') {
        let zeros = vec![b'0'; high_rest.len()];
        end = Some(char::from(last).to_string() + &same_length(&zeros, high_rest));
        last -= 1;
    }
    if first <= last {
        parts.push(digit(first, last) + &any_digits(low_rest.len()));
    }
    parts.extend(end);
    alternatives(&parts)
}

fn digit(first: u8, last: u8) -> String {
    let (first, last) = (char::from(first), char::from(last));
    if first == last { first.to_string() } else { format!("[{first}-{last}]") }
}

fn any_digits(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        _ => format!("[0-9]{{{count}}}"),
    }
}

pub(super) fn alternatives(parts: &[String]) -> String {
    match parts {
        [only] => only.clone(),
        _ => format!("(?:{})", parts.join("|")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(low: i64, high: i64) -> jsonschema::Validator {
        let pattern = format!("^{}$", range(low, high));
        jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap()
    }

    #[test]
    fn a_range_matches_its_numbers_and_no_others() {
        let ranges =
            [(0, 0), (1, 100), (0, 65_535), (7, 13), (90, 1_204), (-20, 5), (-9, -3), (128, 128)];
        for (low, high) in ranges {
            let matcher = matcher(low, high);
            for number in (low - 150)..=(high + 150) {
                let accepted = matcher.is_valid(&number.to_string().into());
                assert_eq!(accepted, (low..=high).contains(&number), "{number} in {low}..={high}");
            }
        }
    }

    #[test]
    fn a_range_matches_no_other_spelling() {
        let matcher = matcher(0, 65_535);
        for text in ["", "07", "+7", "7 ", "seven", "-0", "1e3"] {
            assert!(!matcher.is_valid(&text.into()), "{text}");
        }
    }
}
