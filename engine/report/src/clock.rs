//! Instants and spans of time as people read them; always UTC.

use jiff::Timestamp;
use rollout::EpochS;

fn format(at: EpochS, pattern: &str) -> String {
    // Every u32 is within the range of a timestamp.
    let instant = Timestamp::from_second(i64::from(at.0)).unwrap_or_default();
    instant.strftime(pattern).to_string()
}

/// `07:12:03`.
#[must_use]
pub fn time_of_day(at: EpochS) -> String {
    format(at, "%H:%M:%S")
}

/// `2026-11-24 07:12:03`, UTC.
#[must_use]
pub fn date_time(at: EpochS) -> String {
    format(at, "%Y-%m-%d %H:%M:%S")
}

/// `2026-11-24 07:12`, UTC.
pub(crate) fn minute_of_day(at: EpochS) -> String {
    format(at, "%Y-%m-%d %H:%M")
}

/// From one instant to another; the second date only where it differs.
pub(crate) fn from_to(from: EpochS, to: EpochS) -> String {
    let same_day = format(from, "%F") == format(to, "%F");
    let end = if same_day { time_of_day(to) } else { date_time(to) };
    format!("{} to {end} UTC", date_time(from))
}

/// `42 s`, `9 min 41 s`, `2 h 03 min`, `3 d 4 h`.
#[must_use]
pub fn took(seconds: u32) -> String {
    match (seconds / 86_400, seconds / 3600, seconds / 60, seconds % 60) {
        (0, 0, 0, s) => format!("{s} s"),
        (0, 0, m, 0) => format!("{m} min"),
        (0, 0, m, s) => format!("{m} min {s} s"),
        (0, h, m, _) if m % 60 == 0 => format!("{h} h"),
        (0, h, m, _) => format!("{h} h {:02} min", m % 60),
        (d, h, _, _) => format!("{d} d {} h", h % 24),
    }
}

/// `0:09:41`: a span in a column of spans.
pub(crate) fn span(seconds: u32) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `0:42`, `9:41`, `2:03:07`: a running clock.
pub(crate) fn stopwatch(seconds: u32) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, m, s) => format!("{m}:{s:02}"),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{date_time, from_to, stopwatch, took};
    use rollout::EpochS;

    #[test]
    fn spans_name_their_two_largest_units() {
        let shown = [0, 42, 60, 581, 3600, 7380, 100_000].map(took);
        let read = ["0 s", "42 s", "1 min", "9 min 41 s", "1 h", "2 h 03 min", "1 d 3 h"];
        assert_eq!(shown, read);
        assert_eq!([42, 581, 7387].map(stopwatch), ["0:42", "9:41", "2:03:07"]);
    }

    #[test]
    fn instants_are_utc_up_to_the_end_of_time() {
        assert_eq!(date_time(EpochS(0)), "1970-01-01 00:00:00");
        assert_eq!(date_time(EpochS(u32::MAX)), "2106-02-07 06:28:15");
        let night = from_to(EpochS(86_300), EpochS(86_500));
        assert_eq!(night, "1970-01-01 23:58:20 to 1970-01-02 00:01:40 UTC");
    }
}
