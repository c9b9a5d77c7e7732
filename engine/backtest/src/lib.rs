//! Gates over the past: recorded looks evaluated again byte for byte, past deployments, recorded
//! metrics.

mod difference;
mod looking;
mod over_history;
mod over_metrics;
mod recorded;
mod recording;
mod replay;
mod sides;
mod stage;
mod trials;

pub use looking::{Past, Said, Seat};
pub use over_history::{Past as PastDeployment, over_history};
pub use over_metrics::{Contender, Replays, over_metrics};
pub use recording::{Recording, RecordingError, Samples};
pub use replay::replay;
pub use stage::{BEGIN, LAG_S, Stage};
pub use trials::{Drawing, Pair, Trial, alike, recorded};
