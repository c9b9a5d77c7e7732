//! A recorded series in a CSV file: `timestamp,value`, or `timestamp,canary,baseline`.

use csv::{Position, ReaderBuilder, StringRecord, Trim};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use rollout::EpochS;

/// The two headers a file may have.
const VALUE: [&str; 2] = ["timestamp", "value"];
const SIDES: [&str; 3] = ["timestamp", "canary", "baseline"];

/// A recorded series.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Where it was read from.
    pub name: String,
    /// Its samples, in the order of the file.
    pub samples: Samples,
}

/// What a recording holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// One series of something healthy: pairs are made of it.
    Values(Vec<(EpochS, f64)>),
    /// A canary's and its baseline's; an empty cell is no value.
    Sides(Vec<(EpochS, [Option<f64>; 2])>),
}

/// A file that is no recording: where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {what}")]
pub struct RecordingError {
    name: String,
    line: u64,
    what: String,
}

impl Recording {
    /// Reads one.
    ///
    /// # Errors
    /// The first line that is not as it must be.
    pub fn read(name: &str, text: &[u8]) -> Result<Self, RecordingError> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text);
        let wrong = |line: u64, what: String| RecordingError { name: name.to_owned(), line, what };
        let mut has_sides = None;
        let mut rows: Vec<(EpochS, [Option<f64>; 2])> = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = line_of(text, error.position());
                wrong(line, format!("this is no CSV in UTF-8: {error}"))
            })?;
            let refused = |what: String| wrong(line_of(text, record.position()), what);
            let Some(sides) = has_sides else {
                has_sides = Some(has_sides_of(&record).map_err(refused)?);
                continue;
            };
            let row = row(&record, sides).map_err(refused)?;
            if rows.last().is_some_and(|(before, _)| *before > row.0) {
                return Err(refused(format!("{} is earlier than the line before", &record[0])));
            }
            rows.push(row);
        }
        let samples = match has_sides {
            None => return Err(wrong(1, format!("the file is empty; {}", expected()))),
            Some(_) if rows.is_empty() => {
                return Err(wrong(1, "there is no line after the header".to_owned()));
            }
            Some(true) => Samples::Sides(rows),
            Some(false) => {
                let values = rows.into_iter().filter_map(|(at, [value, _])| Some((at, value?)));
                Samples::Values(values.collect())
            }
        };
        Ok(Recording { name: name.to_owned(), samples })
    }
}

/// The line at a place: the reader counts the blank lines before a record to it.
fn line_of(text: &[u8], position: Option<&Position>) -> u64 {
    let byte = position.map_or(0, |it| usize::try_from(it.byte()).unwrap_or(usize::MAX));
    let blank = text.iter().skip(byte).take_while(|it| b"\r\n".contains(it)).count();
    let before = text.iter().take(byte + blank).filter(|it| **it == b'\n').count();
    1 + before as u64
}

fn expected() -> String {
    format!("its first line must be `{}` or `{}`", VALUE.join(","), SIDES.join(","))
}

fn has_sides_of(header: &StringRecord) -> Result<bool, String> {
    let first = header.get(0).unwrap_or_default().trim_start_matches('\u{feff}');
    let names: Vec<&str> = [first].into_iter().chain(header.iter().skip(1)).collect();
    match names {
        names if names == VALUE => Ok(false),
        names if names == SIDES => Ok(true),
        names => Err(format!("`{}` is no header of a recording; {}", names.join(","), expected())),
    }
}

fn row(record: &StringRecord, has_sides: bool) -> Result<(EpochS, [Option<f64>; 2]), String> {
    let columns = if has_sides { &SIDES[..] } else { &VALUE[..] };
    if record.len() != columns.len() {
        return Err(format!("{} columns, the header has {}", record.len(), columns.len()));
    }
    let at = instant(&record[0])?;
    let number = |column: usize| match &record[column] {
        "" if has_sides => Ok(None),
        text => {
            text.parse().ok().filter(|it: &f64| it.is_finite()).map(Some).ok_or_else(|| {
                format!("{}: `{text}` is no number, for example 0.25", columns[column])
            })
        }
    };
    let other = if has_sides { number(2)? } else { None };
    Ok((at, [number(1)?, other]))
}

/// `2014-02-14 14:30:00` (UTC), with a `T` or an offset, or seconds since the epoch.
fn instant(text: &str) -> Result<EpochS, String> {
    let seconds = text
        .parse::<u32>()
        .map(i64::from)
        .ok()
        .or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_second))
        .or_else(|| {
            let civil: civil::DateTime = text.parse().ok()?;
            Some(TimeZone::UTC.to_timestamp(civil).ok()?.as_second())
        });
    seconds.and_then(|it| u32::try_from(it).ok()).map(EpochS).ok_or_else(|| {
        format!(
            "timestamp: `{text}` is no time: 2026-01-31 12:00:00 (UTC), 2026-01-31T12:00:00+01:00 \
             or seconds since 1970"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Recording, Samples};
    use rollout::EpochS;

    fn read(text: &str) -> Result<Samples, String> {
        let read = Recording::read("cpu.csv", text.as_bytes());
        read.map(|it| it.samples).map_err(|error| error.to_string())
    }

    #[test]
    fn times_are_read_in_three_ways_and_an_empty_cell_is_no_value() {
        let rows = "timestamp,canary,baseline\n1392388200,1,2\n2014-02-14 14:31:00,,2.5\n\
                    2014-02-14T15:32:00+01:00,3,\n";
        let at = |minute: u32| EpochS(1_392_388_200 + 60 * minute);
        let rows_read = vec![
            (at(0), [Some(1.0), Some(2.0)]),
            (at(1), [None, Some(2.5)]),
            (at(2), [Some(3.0), None]),
        ];
        assert_eq!(read(rows), Ok(Samples::Sides(rows_read)));
        // Clocks that were put forward repeat an instant.
        let twice = read("timestamp,value\n60,1\n60,2\n");
        assert_eq!(twice, Ok(Samples::Values(vec![(EpochS(60), 1.0), (EpochS(60), 2.0)])));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let header = "its first line must be `timestamp,value` or `timestamp,canary,baseline`";
        for (text, what) in [
            ("", &*format!("1: the file is empty; {header}")),
            ("time,value\n", &format!("1: `time,value` is no header of a recording; {header}")),
            ("timestamp,value\n", "1: there is no line after the header"),
            ("timestamp,value\n1,2\n2,3,4\n", "3: 3 columns, the header has 2"),
            ("timestamp,value\n1,2\n2,x\n", "3: value: `x` is no number, for example 0.25"),
            ("timestamp,value\n1,2\n2,\n", "3: value: `` is no number, for example 0.25"),
            ("timestamp,value\n1,NaN\n", "2: value: `NaN` is no number, for example 0.25"),
            ("timestamp,value\n2,2\n\n1,2\n", "4: 1 is earlier than the line before"),
            (
                "timestamp,value\nyesterday,2\n",
                "2: timestamp: `yesterday` is no time: 2026-01-31 12:00:00 (UTC), \
                 2026-01-31T12:00:00+01:00 or seconds since 1970",
            ),
        ] {
            assert_eq!(read(text), Err(format!("cpu.csv:{what}")), "{text:?}");
        }
    }
}
