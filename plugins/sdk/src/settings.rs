//! What both counting gates are configured with.

/// When a comparison decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How likely a false roll back may be over the whole deployment, 0 to 1. Gates that run side
    /// by side share what the deployment can bear: half a percent each by default.
    pub alpha: f64,
    /// The rate ratio canary / baseline that must not pass, 1.5 or more.
    pub max_ratio: f64,
    /// A share of bad requests too small to matter, 0 to 0.1.
    pub negligible_ratio: f64,
    /// The hard guard: roll back when more than this share of requests is bad, above 0 to 1 …
    pub ceiling: f64,
    /// … of at least so many.
    pub ceiling_requests: f64,
    /// Whether the hard guard speaks in warm-up too.
    pub ceiling_in_warm_up: bool,
    /// How long after its end a period is taken to be all there, in seconds.
    pub lag_s: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            alpha: 0.005,
            max_ratio: 2.0,
            negligible_ratio: 0.001,
            ceiling: 0.5,
            ceiling_requests: 20.0,
            ceiling_in_warm_up: true,
            lag_s: crate::window::LAG_S,
        }
    }
}

/// How a gate speaks of what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Completes "5.1 % of 620 canary requests …": `bad`, `over 210 ms`.
    pub adjective: String,
    /// The name of the row of evidence: `bad responses`.
    pub finding: &'static str,
    /// The code of a roll back: `too-many-errors`.
    pub code: &'static str,
}
