//! One event a line, for machines: exactly the published form.

use rollout::EventRecord;

/// A line of NDJSON, its line feed included.
///
/// # Errors
/// None in practice: an event has string keys and finite numbers only.
pub fn ndjson(event: &EventRecord) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(event)? + "\n")
}
