//! Every limit on a gate, on one screen. What decides verdicts is the same on every machine.

use std::time::Duration;

use rollout::Limits;

/// Bytes of a component file, at most.
pub const COMPONENT_BYTES: usize = 32 << 20;
/// Memory over all memories of an evaluation, in MiB, that a file may grant at most.
pub const MEMORY_CEILING_MIB: u32 = 256;
/// Fuel for `describe` and `check`; `ask`, `judge` and `learn` have what the file grants.
pub const DESCRIBE_FUEL: u64 = 500_000_000;
/// Core instances of a component, at most.
pub const INSTANCES: u32 = 64;
/// Memories of a component, at most.
pub const MEMORIES: u32 = 8;
/// Tables of a component, at most.
pub const TABLES: u32 = 64;
/// Elements over all tables of an evaluation, at most.
pub const TABLE_ELEMENTS: usize = 100_000;
/// Live handles on resources of the stand-ins, at most.
pub const HANDLES: usize = 1_000;
/// Bytes copied from a gate in one call, at most.
pub const HOST_COPY_BYTES: usize = 8 << 20;
/// Bytes of random numbers in one call, at most.
pub const RANDOM_BYTES: u64 = 64 << 10;
/// Bytes written to standard output and error in one evaluation, at most; 8 KiB are kept.
pub const WRITTEN_BYTES: usize = 1 << 20;
/// Bytes of a guest's stack.
pub const STACK_BYTES: usize = 512 << 10;
/// How long compiling one component may take.
pub const COMPILE_TIME: Duration = Duration::from_secs(120);
/// How long `describe` and `check` may take.
pub const DESCRIBE_TIME: Duration = Duration::from_secs(10);
/// Gates of one engine evaluated at once, at most; more wait their turn.
pub const EVALUATIONS_AT_ONCE: usize = 4;

/// Questions of one round, at most.
pub const QUESTIONS: usize = 100;
/// Bytes of `state`, at most.
pub const STATE_BYTES: usize = 64 << 10;
/// Bytes of `notes`, at most.
pub const NOTES_BYTES: usize = 8 << 10;
/// Bytes of `memory`, at most.
pub const MEMORY_BYTES: usize = 16 << 10;
/// Rows of evidence in a verdict, at most.
pub const FINDINGS: usize = 32;
/// Values of a finding's series, at most.
pub const SERIES_VALUES: usize = 64;
/// The longest `look-again-in-s`.
pub const LOOK_AGAIN_S: u32 = 300;
/// Characters of a code, a name, an id, a unit, at most.
pub const NAME_CHARS: usize = 63;
/// Characters of a sentence, at most.
pub const SENTENCE_CHARS: usize = 1_000;
/// Characters of a namespace, a metric's name, a dimension's name or value: CloudWatch's own bounds.
pub const METRIC_CHARS: usize = 1_024;
/// Dimensions of a series: CloudWatch's own bound.
pub const DIMENSIONS: usize = 30;
/// Periods one question may span: a week of minutes.
pub const PERIODS: u32 = 10_080;
/// Characters of a metric-math expression: CloudWatch's own bound.
pub const EXPRESSION_CHARS: usize = 2_048;
/// Characters of a URL, at most.
pub const URL_CHARS: usize = 2_048;
/// Headers of a request, at most.
pub const HEADERS: usize = 64;
/// Bytes of a header's value, at most.
pub const HEADER_BYTES: usize = 8 << 10;
/// Bytes of a request's body, at most.
pub const BODY_BYTES: usize = 64 << 10;
/// The longest time-out of a request, in milliseconds.
pub const REQUEST_MS: u32 = 30_000;
/// Bytes of a configuration's schema, at most.
pub const SCHEMA_BYTES: usize = 64 << 10;
/// Issues `check` may find, at most.
pub const ISSUES: usize = 100;
/// Metric namespaces a gate may wish for, at most.
pub const WISHES: usize = 32;

/// What one evaluation may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// wasmtime's fuel units, about one an instruction.
    pub fuel: u64,
    /// Bytes over all memories.
    pub memory_bytes: usize,
    /// Wall-clock time.
    pub time: Duration,
}

impl Budget {
    /// What a plan grants a gate; memory above the ceiling is cut to it.
    #[must_use]
    pub fn new(limits: Limits, time: Duration) -> Self {
        let memory_mib = limits.memory_mib.min(MEMORY_CEILING_MIB);
        Budget { fuel: limits.fuel, memory_bytes: (memory_mib as usize) << 20, time }
    }

    /// The same with the fuel and the time of `describe` and `check`.
    #[must_use]
    pub fn for_describe(self) -> Self {
        Budget { fuel: DESCRIBE_FUEL, time: DESCRIBE_TIME, ..self }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new(Limits::default(), DESCRIBE_TIME)
    }
}
