//! Events to terminal frames, lines, NDJSON and HTML: every output is a function of the same
//! events, and nothing here owns a clock, a terminal or a file.

mod backtest;
mod clock;
mod dry_run;
mod fold;
mod forecast;
mod frame;
mod gate_text;
mod html;
mod lines;
mod ndjson;
mod numbers;
mod picture;
mod price;
mod replay;
mod schema;
mod status;
mod story;
mod summary;
mod table;
mod tell;
mod text;

pub use backtest::{
    Agreement, Cell, FalseAlarm, HistoryBacktest, MetricsBacktest, PastRun, Rate, Would,
    history_ndjson, history_text, metrics_ndjson, metrics_text,
};
pub use clock::{date_time, time_of_day, took};
pub use dry_run::{
    Assumed, Difference, DryRun, ResourceDifference, Templates, difference, dry_run,
};
pub use fold::fold;
pub use forecast::{Forecast, Span, StepForecast, forecast};
pub use frame::{frame, painted};
pub use gate_text::{gate_fields, gate_head};
pub use html::{HtmlError, history_html, html, metrics_html};
pub use lines::Lines;
pub use ndjson::ndjson;
pub use picture::{GateRow, LastLook, Picture, Rung, Stage, Traffic, Wait, WeightChange};
pub use replay::{LookDifference, Replayed, replay_ndjson, replay_text};
pub use schema::{backtest_schema, event_schema, replay_schema, report_schema};
pub use status::{Seen, status};
pub use story::story;
pub use summary::{DriftSeen, GateSummary, Report, WordSpoken, summary};
pub use table::history;
pub use tell::{Told, Tone};
