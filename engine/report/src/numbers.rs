//! Numbers as people read them: short, and with their units.

use rollout::{Counts, Finding};

/// `4210`, `12,345`: groups of three from 10,000 on.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    if value < 10_000 {
        return digits;
    }
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 request`, `620 requests`.
pub(crate) fn counted(value: u64, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(value))
}

/// About three digits: `0.5`, `5.14`, `312`, `12,345`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let decimals = match size {
        0.0 => 0,
        s if s >= 1e15 => return format!("{value:.2e}"),
        s if s >= 100.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 0.1 => 2,
        s if s >= 0.000_1 => 4,
        _ => return format!("{value:.1e}"),
    };
    let shown = format!("{value:.decimals$}");
    if decimals > 0 {
        return shown.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let sign = if value < 0.0 && shown != "-0" { "-" } else { "" };
    let whole = shown.trim_start_matches('-').parse().map_or(shown.clone(), grouped);
    format!("{sign}{whole}")
}

/// A share of a whole: `5.1 %`; nothing of nothing is unknown.
pub(crate) fn percent(part: u64, whole: u64) -> Option<String> {
    (whole > 0).then(|| format!("{} %", short(share(part, whole) * 100.0)))
}

/// A share between 0 and 1; 0 of nothing.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// `620 requests, 32 bad (5.16 %)`.
pub(crate) fn traffic(counts: Counts) -> String {
    let requests = counted(counts.requests, "request");
    match percent(counts.bad, counts.requests).filter(|_| counts.bad > 0) {
        Some(share) => format!("{requests}, {} bad ({share})", grouped(counts.bad)),
        None => format!("{requests}, {} bad", counts.bad),
    }
}

/// A value with its unit: `5.1 %`, `312 ms`, `912`.
pub(crate) fn with_unit(value: f64, unit: &str) -> String {
    if unit.is_empty() { short(value) } else { format!("{} {unit}", short(value)) }
}

/// A value with its unit; a dash when there is none.
pub(crate) fn quantity(value: Option<f64>, unit: &str) -> String {
    value.filter(|it| it.is_finite()).map_or_else(|| "–".to_owned(), |it| with_unit(it, unit))
}

/// The share of bad responses in percent; none without a request.
pub(crate) fn bad_percent(counts: Counts) -> Option<f64> {
    (counts.requests > 0).then(|| share(counts.bad, counts.requests) * 100.0)
}

/// The share of all requests that the canary was seen to get, in percent.
pub(crate) fn canary_percent(canary: Counts, baseline: Counts) -> Option<f64> {
    let all = canary.requests.saturating_add(baseline.requests);
    (all > 0).then(|| share(canary.requests, all) * 100.0)
}

/// `bad responses 5.1 % (baseline 0.5 %, limit 1 %)`.
pub(crate) fn finding(finding: &Finding) -> String {
    // A name that says what is counted needs no unit: `requests 620`, not `requests 620 requests`.
    let unit = if finding.name.contains(&finding.unit) { "" } else { &finding.unit };
    let value = |value: Option<f64>| value.map(|it| with_unit(it, unit));
    let canary = value(finding.canary).unwrap_or_else(|| "unknown".to_owned());
    let beside: Vec<String> = [("baseline", finding.baseline), ("limit", finding.limit)]
        .into_iter()
        .filter_map(|(what, it)| Some(format!("{what} {}", value(it)?)))
        .collect();
    if beside.is_empty() {
        format!("{} {canary}", finding.name)
    } else {
        format!("{} {canary} ({})", finding.name, beside.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, grouped, percent, short};

    #[test]
    fn numbers_keep_about_three_digits() {
        let values = [0.0, 0.5, 5.142, 31.25, 312.4, 12_345.6, -0.2, -1234.0, 1e-9, 1e300];
        let read = ["0", "0.5", "5.14", "31.2", "312", "12,346", "-0.2", "-1234", "1.0e-9"];
        assert_eq!(values[..9].iter().map(|it| short(*it)).collect::<Vec<_>>(), read);
        assert!(short(values[9]).len() < 12);
        assert_eq!([f64::NAN, f64::INFINITY].map(short), ["unknown", "unknown"]);
    }

    #[test]
    fn counts_and_shares_say_what_they_count() {
        assert_eq!([grouped(9999), grouped(1_234_567)], ["9999", "1,234,567"]);
        assert_eq!([counted(1, "look"), counted(0, "look")], ["1 look", "0 looks"]);
        assert_eq!(percent(32, 620).as_deref(), Some("5.16 %"));
        assert_eq!(percent(0, 0), None);
    }
}
