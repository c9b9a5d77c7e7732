//! The built-in gates and what they say of themselves.

use anyhow::{Context as _, Result};
use cloudwatch_metrics::CloudwatchMetrics;
use error_rate::ErrorRate;
use gate_sdk::{Description, Gate as _};
use http_smoke::HttpSmoke;
use kayenta::Kayenta;
use latency::Latency;
use serde_json::{Value, json};

/// A built-in gate.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Its name, which is its file's.
    pub name: &'static str,
    /// The core module's file, as cargo names it.
    pub module: &'static str,
    /// What it says of itself.
    pub describe: fn() -> Description,
}

/// All built-in gates.
pub const GATES: [Gate; 5] = [
    Gate {
        name: "cloudwatch-metrics",
        module: "cloudwatch_metrics.wasm",
        describe: CloudwatchMetrics::describe,
    },
    Gate { name: "error-rate", module: "error_rate.wasm", describe: ErrorRate::describe },
    Gate { name: "http-smoke", module: "http_smoke.wasm", describe: HttpSmoke::describe },
    Gate { name: "kayenta", module: "kayenta.wasm", describe: Kayenta::describe },
    Gate { name: "latency", module: "latency.wasm", describe: Latency::describe },
];

/// A description as the text of `plugins/dist/NAME.json`.
///
/// # Errors
/// When the configuration's schema is not JSON.
pub fn description_json(description: &Description) -> Result<String> {
    let schema: Value = serde_json::from_str(&description.configuration_schema)
        .with_context(|| format!("{}: the schema is not JSON", description.name))?;
    let value = json!({
        "name": description.name,
        "version": description.version,
        "summary": description.summary,
        "configuration_schema": schema,
        "wishes": {
            "metrics": description.wishes.metrics,
            "http": description.wishes.http,
            "memory": description.wishes.memory,
        },
    });
    Ok(format!("{value:#}\n"))
}
