//! What both counting gates are configured with.

/// The hard guard: roll back at once when too many of the newest requests are bad, whatever the
/// baseline does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ceiling {
    /// The largest share of bad requests that is not rolled back, above 0 to 1.
    pub share: f64,
    /// Of at least so many requests.
    pub requests: f64,
}

impl Default for Ceiling {
    /// Half of at least twenty.
    fn default() -> Self {
        Self { share: 0.5, requests: 20.0 }
    }
}

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
    /// The weights of [`crate::statistics::SPREADS`] before the service taught any; they sum to 1.
    pub prior: [f64; 4],
    /// The hard guard, where there is one.
    pub ceiling: Option<Ceiling>,
    /// How long after its end a period is taken to be all there, in seconds.
    pub lag_s: u32,
}

/// The prior of errors: near the published one, a little more on the widest spread.
const ERRORS_PRIOR: [f64; 4] = [0.45, 0.27, 0.2, 0.08];
/// The prior of slow requests. They are many, so the noise of one side's own shows: the prior
/// expects it.
const SLOW_PRIOR: [f64; 4] = [0.2, 0.3, 0.3, 0.2];

impl Settings {
    /// The defaults of a gate that counts errors.
    #[must_use]
    pub fn for_errors() -> Self {
        Self {
            alpha: 0.005,
            max_ratio: 2.0,
            negligible_ratio: 0.001,
            prior: ERRORS_PRIOR,
            ceiling: Some(Ceiling::default()),
            lag_s: crate::window::LAG_S,
        }
    }

    /// The defaults of a gate that counts slow requests. Their share has no ceiling of its own:
    /// slow is relative to the baseline, and what slows both is not the canary's fault.
    #[must_use]
    pub fn for_slow_requests() -> Self {
        Self { prior: SLOW_PRIOR, ceiling: None, ..Self::for_errors() }
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
