//! How numbers read in sentences: short, and never more digits than they are worth.

/// A share as a percentage: `5.1 %`, `0.52 %`, `0 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value == 0.0 {
        "0 %".to_owned()
    } else if value >= 1.0 {
        format!("{value:.1} %")
    } else {
        format!("{} %", significant(value))
    }
}

/// A measured value, four significant digits at most: `0.52`, `412.3`, `12,345`.
#[must_use]
pub fn measured(value: f64) -> String {
    if value == 0.0 || !value.is_finite() || value.abs() >= 1000.0 {
        return grouped(value);
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    let decimals = usize::try_from(3 - magnitude).unwrap_or(0);
    let digits = format!("{value:.decimals$}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Two significant digits: `0.52`, `3.1`, `310`, `3100`.
#[must_use]
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = |v: f64| libm::floor(libm::log10(v.abs())) as i32;
    let scale = libm::pow(10.0, f64::from(magnitude(value) - 1));
    let rounded = libm::round(value / scale) * scale;
    let decimals = usize::try_from(1 - magnitude(rounded)).unwrap_or(0);
    if rounded.abs() >= 10_000.0 { grouped(rounded) } else { format!("{rounded:.decimals$}") }
}

/// A count without decimals, in groups of three from 10,000 on.
#[must_use]
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    if value.abs() < 10_000.0 {
        return digits;
    }
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(|g| String::from_utf8_lossy(g));
    let head = (first > 0).then(|| digits[..first].into());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(",")
}

/// An e-value from its logarithm: `312`, `0.71`, `over 1,000,000`.
#[must_use]
pub fn e_value(log_e: f64) -> String {
    match libm::exp(log_e) {
        e if e > 1e6 => "over 1,000,000".to_owned(),
        e if e >= 10.0 => grouped(libm::floor(e)),
        e => significant(e),
    }
}

/// A duration: `40 s`, `6 min`, `3.5 h`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{} h", significant(s / 3600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, e_value, grouped, measured, percent, significant};

    #[test]
    fn shares_read_as_percentages() {
        assert_eq!(
            [percent(0.0514), percent(0.00523), percent(0.0), percent(1.0)],
            ["5.1 %", "0.52 %", "0 %", "100.0 %"]
        );
    }

    #[test]
    fn estimates_have_two_digits() {
        assert_eq!(
            [significant(3141.0), significant(0.0123), significant(9.96)],
            ["3100", "0.012", "10"]
        );
        assert_eq!(significant(-1234.0), "-1200");
        assert_eq!(significant(123_456.0), "120,000");
    }

    #[test]
    fn measured_values_have_four_digits_and_no_idle_zeros() {
        assert_eq!(
            [
                measured(412.34),
                measured(0.1),
                measured(0.123_46),
                measured(-3.0),
                measured(12_345.6)
            ],
            ["412.3", "0.1", "0.1235", "-3", "12,346"]
        );
    }

    #[test]
    fn large_counts_are_grouped() {
        assert_eq!(
            [grouped(9999.0), grouped(10_000.0), grouped(1_234_567.0)],
            ["9999", "10,000", "1,234,567"]
        );
    }

    #[test]
    fn e_values_never_round_up_past_a_limit_and_never_overflow() {
        assert_eq!(e_value(libm::log(199.9)), "199");
        assert_eq!(e_value(900.0), "over 1,000,000");
    }

    #[test]
    fn durations_change_unit() {
        assert_eq!(
            [duration(40.0), duration(360.0), duration(12_600.0)],
            ["40 s", "6 min", "3.5 h"]
        );
    }
}
