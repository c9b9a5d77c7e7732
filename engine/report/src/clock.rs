//! Instants and durations as people read them: UTC, and the largest units that matter.

use jiff::Timestamp;
use rollout::EpochS;

/// `2026-01-01 00:05:30`, UTC.
#[must_use]
pub fn date_time(at: EpochS) -> String {
    formatted(at, "%Y-%m-%d %H:%M:%S")
}

/// `00:05:30`, UTC.
#[must_use]
pub fn time_of_day(at: EpochS) -> String {
    formatted(at, "%H:%M:%S")
}

fn formatted(at: EpochS, format: &str) -> String {
    // Every u32 is an instant that jiff knows; the epoch stands for the impossible.
    let timestamp = Timestamp::from_second(i64::from(at.0)).unwrap_or_default();
    timestamp.strftime(format).to_string()
}

/// `42 s`, `5 min 30 s`, `2 h 5 min`.
#[must_use]
pub fn took(seconds: u32) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, _) => format!("{rest} s"),
        (0, _, 0) => format!("{minutes} min"),
        (0, ..) => format!("{minutes} min {rest} s"),
        (_, 0, _) => format!("{hours} h"),
        _ => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_their_two_largest_units() {
        let table = [(42, "42 s"), (300, "5 min"), (330, "5 min 30 s"), (7500, "2 h 5 min")];
        for (seconds, text) in table {
            assert_eq!(took(seconds), text);
        }
    }

    #[test]
    fn instants_are_utc() {
        assert_eq!(date_time(EpochS(1_767_225_600)), "2026-01-01 00:00:00");
    }
}
