//! Statistics as CloudWatch spells them.

/// Statistics that are one word.
const WORDS: [&str; 6] = ["Average", "IQM", "Maximum", "Minimum", "SampleCount", "Sum"];
/// Before a percentage: `p99`, `tm95`.
const OF_PERCENTAGE: [&str; 5] = ["p", "tc", "tm", "ts", "wm"];
/// Before bounds in brackets: `TC(0.5:)`, `PR(:300)`.
const OF_BOUNDS: [&str; 5] = ["PR", "TC", "TM", "TS", "WM"];

/// What to say of a text that is none.
pub(super) const FORMS: &str = "Average, Sum, Minimum, Maximum, SampleCount, IQM, p99, tm99, wm99, tc99, ts99, TM(10%:90%), \
     TC(0.5:), PR(:300) and their like";

/// Whether CloudWatch knows it.
pub(super) fn is_statistic(text: &str) -> bool {
    WORDS.contains(&text)
        || OF_PERCENTAGE.iter().any(|name| text.strip_prefix(name).is_some_and(is_percentage))
        || OF_BOUNDS.iter().any(|name| {
            let bounds = text.strip_prefix(name).and_then(|rest| rest.strip_prefix('('));
            bounds.and_then(|rest| rest.strip_suffix(')')).is_some_and(|it| are_bounds(name, it))
        })
}

fn is_percentage(text: &str) -> bool {
    number(text).is_some_and(|value| value <= 100.0)
}

/// `10%:90%`, `0.5:`, `:300`: one of them at least, of one kind, rising. `PR` takes values only.
fn are_bounds(name: &str, text: &str) -> bool {
    let Some((low, high)) = text.split_once(':') else { return false };
    let bounds = [low, high].map(|bound| match bound.strip_suffix('%') {
        Some(share) => (number(share), true),
        None => (number(bound), false),
    });
    let known = |text: &str, bound: (Option<f64>, bool)| text.is_empty() || bound.0.is_some();
    let shares = bounds.iter().any(|bound| bound.1);
    let of_one_kind = low.is_empty() || high.is_empty() || bounds[0].1 == bounds[1].1;
    let rising = match (bounds[0].0, bounds[1].0) {
        (None, None) => false,
        (Some(low), Some(high)) => low < high,
        _ => true,
    };
    let within = !shares || bounds.iter().all(|(value, _)| value.is_none_or(|it| it <= 100.0));
    let allowed = !(shares && name == "PR");
    known(low, bounds[0]) && known(high, bounds[1]) && of_one_kind && rising && within && allowed
}

/// Digits with a point among them at most.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::is_statistic;

    #[test]
    fn what_cloudwatch_spells_is_known_and_its_like_is_not() {
        for known in [
            "Average",
            "SampleCount",
            "IQM",
            "p99",
            "p99.9",
            "p100",
            "tm95",
            "wm98.5",
            "tc10",
            "ts90",
            "TC(0.5:)",
            "TM(10%:90%)",
            "TM(:95%)",
            "PR(:300)",
            "PR(100:2000)",
            "TS(80%:)",
            "WM(5%:)",
        ] {
            assert!(is_statistic(known), "{known}");
        }
        for unknown in [
            "average",
            "avg",
            "Mean",
            "P99",
            "p",
            "p101",
            "p-1",
            "p1e1",
            "99",
            "TC()",
            "TC(:)",
            "TC(5)",
            "TM(90%:10%)",
            "TM(10%:90)",
            "TM(10%:101%)",
            "PR(10%:)",
            "TC(a:)",
            "pNaN",
            "TC(0.5:) ",
            "",
        ] {
            assert!(!is_statistic(unknown), "{unknown}");
        }
    }
}
