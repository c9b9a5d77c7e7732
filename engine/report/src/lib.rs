//! Events to lines, NDJSON, a story and pages. Pure: the same events give the same bytes.

mod clock;
mod lines;
mod ndjson;
mod story;

pub use clock::{date_time, time_of_day, took};
pub use lines::Lines;
pub use ndjson::ndjson;
pub use story::story;
