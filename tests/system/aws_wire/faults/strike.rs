//! What befalls one call of a deployment, and how its driver and the SDK live through it without
//! any time passing.

use std::fmt;
use std::time::Duration;

use aws_sdk_sts::config::{AsyncSleep, Sleep};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::emulator::control;
use super::super::world::World;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// "Slow down", three times: as often as the SDK tries.
    Throttled,
    /// A 500; the SDK's next try is answered.
    ServerError,
    /// The call is done, and no answer comes while the SDK waits for one, at each of its tries.
    TimedOut,
    /// The call is done, and the connection closes without an answer.
    DroppedAfter,
    /// The driver dies when it has sent the call, which never arrives; the next goes on at once.
    KilledBefore,
    /// The driver dies when the call is done, before it has the answer; the next comes when all
    /// that was begun is long over.
    KilledAfter,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Kind; 6] = [
        Kind::Throttled,
        Kind::ServerError,
        Kind::TimedOut,
        Kind::DroppedAfter,
        Kind::KilledBefore,
        Kind::KilledAfter,
    ];

    /// Seconds until somebody goes on.
    pub(crate) fn absence_s(self) -> u32 {
        if self == Kind::KilledAfter { 600 } else { 0 }
    }

    /// Whether the driver dies of it.
    pub(crate) fn kills(self) -> bool {
        matches!(self, Kind::KilledBefore | Kind::KilledAfter)
    }
}

/// A call of a story: its operation, and the how manieth of its kind it is, from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) nth: usize,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} #{}", self.service, self.operation, self.nth)
    }
}

/// What befalls which calls: one that writes, or many that read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) kind: Kind,
    pub(crate) calls: Vec<Call>,
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<String> = self.calls.iter().map(Call::to_string).collect();
        write!(f, "{:?} at {}", self.kind, calls.join(", "))
    }
}

impl Strike {
    /// The emulator's rules for it.
    pub(crate) fn rules(&self) -> Value {
        self.calls.iter().map(|call| self.rule(call)).collect()
    }

    fn rule(&self, call: &Call) -> Value {
        let nth = call.nth;
        let mut rule = match self.kind {
            Kind::Throttled => json!({ "kind": "throttle", "after": nth - 1, "times": 3 }),
            Kind::ServerError => json!({ "kind": "500", "nth": nth }),
            Kind::TimedOut => json!({ "kind": "timeout", "after": nth - 1, "times": 3 }),
            Kind::DroppedAfter => json!({ "kind": "drop-after", "nth": nth }),
            Kind::KilledBefore => json!({ "kind": "hang", "nth": nth }),
            Kind::KilledAfter => json!({ "kind": "timeout", "nth": nth }),
        };
        rule["service"] = json!(call.service);
        rule["operation"] = json!(call.operation);
        rule
    }

    /// What is held of its call, once its rule holds.
    pub(crate) fn watch(&self, world: &World) -> Held {
        let times = match self.kind {
            Kind::TimedOut => 3 * self.calls.len() as u64,
            Kind::KilledBefore | Kind::KilledAfter => 1,
            Kind::Throttled | Kind::ServerError | Kind::DroppedAfter => 0,
        };
        Held::watch(world, times, self.kind.kills())
    }
}

/// How many calls the emulator has held so far.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    count: watch::Receiver<u64>,
    kills: bool,
}

impl Held {
    /// Nothing is ever held.
    pub(crate) fn nothing() -> Self {
        Held { count: watch::channel(0).1, kills: false }
    }

    fn watch(world: &World, times: u64, kills: bool) -> Self {
        let (tell, count) = watch::channel(0);
        let account = world.account().to_owned();
        std::thread::spawn(move || {
            let mut held = 0;
            // It ends too when nobody cares any more.
            while held < times && !tell.is_closed() {
                let told = control("GET", "held", &account, &json!({ "beyond": held }));
                held = told["held"].as_u64().unwrap_or_default();
                tell.send_replace(held);
            }
        });
        Held { count, kills }
    }

    /// Returns when the call is held that the driver is to die at.
    pub(crate) async fn death(&self) {
        let mut count = self.count.clone();
        if !self.kills || count.wait_for(|held| *held > 0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when one more call is held than are now.
    async fn one_more(mut count: watch::Receiver<u64>) {
        count.mark_unchanged();
        if count.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Seconds of the SDK's limits (`connect`): to connect, to have credentials, for a try, for a call.
const LIMITS_S: [u64; 4] = [3, 5, TRY_S, 20];
/// For a try.
const TRY_S: u64 = 8;

/// The SDK's sleep. Its waits between two tries are over at once; its limits are wall time for a
/// machine that is stuck; but a try whose call the emulator holds has waited long enough.
impl AsyncSleep for Held {
    fn sleep(&self, duration: Duration) -> Sleep {
        let seconds = duration.as_secs();
        if !LIMITS_S.contains(&seconds) || duration.subsec_nanos() > 0 {
            return Sleep::new(std::future::ready(()));
        }
        let ends_early = seconds == TRY_S && !self.kills;
        let count = self.count.clone();
        Sleep::new(async move {
            let early = async {
                match ends_early {
                    true => Held::one_more(count).await,
                    false => std::future::pending().await,
                }
            };
            // Whether it was early makes no difference to who has waited.
            let _ended = tokio::time::timeout(duration, early).await;
        })
    }
}
