//! One event a line, in the form that `schemas/event.v1.json` describes.

use rollout::EventRecord;

/// The line of an event, its line feed included.
///
/// # Errors
/// When the event holds what JSON cannot; there is no such event, but the caller decides.
pub fn ndjson(record: &EventRecord) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(record)? + "\n")
}
