//! The ledger on DynamoDB: any machine can resume, abort or see what another began.
//!
//! One table, `pk` and `sk`. Everything a driver writes is one transaction with a check of its
//! lease's epoch, so that a writer that lost it cannot write (S11).
//!
//! | `pk` | `sk` | holds |
//! | --- | --- | --- |
//! | `lease#KEY` | `lease` | who drives, the epoch, a beat that rises with every renewal |
//! | `runs` | `run#BEGAN#PLACE` | a run in the list of runs |
//! | `run#ID` | `run` | its place in that list, a counter of its looks |
//! | `run#ID` | `entry#SEQ` | a line of its journal |
//! | `run#ID` | `look#PLACE#PART` | a part of a look at a gate |
//! | `run#ID` | `word#NUMBER` | a person's word and what became of it |
//! | `memory#SERVICE` | the gate | what it learnt |
//! | `component#DIGEST` | `part#PART`, `whole` | a component; `whole` is written last |

mod conflict;
mod fence;
mod items;
mod journal;
mod leases;
mod shelf;
mod table;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use runner::{Kept, LedgerError};

pub(crate) use leases::Held;

/// How long a lease lasts and how it is kept, in wall time.
#[derive(Clone, Copy, Debug)]
pub struct LeaseTimes {
    /// A lease that nobody renewed for so long, and one call longer, may be taken.
    pub lasts: Duration,
    /// Between two renewals.
    pub renewed_every: Duration,
    /// The longest a call takes.
    pub call: Duration,
    /// The longest that a driver's call takes while it drives. One whose ledger does not answer still
    /// has to bring blue back while its lease is surely its own (S18), so it must not wait for long.
    pub prompt: Duration,
    /// Seconds of the cloud's time a second of ours: of a lease, that many more are left.
    pub speed: u32,
}

/// Leases are shortened by no more than this, however fast a clock runs: a busy machine has to
/// renew them in time.
const MOST_SPEED: u32 = 5;

impl LeaseTimes {
    /// Of a cloud whose clock runs so many times as fast as the wall's.
    #[must_use]
    pub fn at_speed(speed: u32) -> Self {
        let (times, speed) = (LeaseTimes::default(), speed.clamp(1, MOST_SPEED));
        LeaseTimes {
            lasts: times.lasts / speed,
            renewed_every: times.renewed_every / speed,
            call: times.call / speed,
            // A fast clock is for tests, whose machine may be busy.
            prompt: times.prompt * speed,
            speed,
        }
    }
}

impl Default for LeaseTimes {
    fn default() -> Self {
        LeaseTimes {
            lasts: Duration::from_secs(60),
            renewed_every: Duration::from_secs(15),
            call: Duration::from_secs(20),
            prompt: Duration::from_secs(5),
            speed: 1,
        }
    }
}

/// A ledger in a table. A clone shares the leases.
#[derive(Clone, Debug)]
pub struct DynamoLedger(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    client: Client,
    table: String,
    times: LeaseTimes,
    is_there: tokio::sync::OnceCell<()>,
    held: Mutex<BTreeMap<String, Held>>,
}

impl DynamoLedger {
    /// The ledger in that table. Nothing is called yet: the table is made by the first write.
    #[must_use]
    pub fn new(client: Client, table: &str, times: LeaseTimes) -> Self {
        DynamoLedger(Arc::new(Inner {
            client,
            table: table.to_owned(),
            times,
            is_there: tokio::sync::OnceCell::new(),
            held: Mutex::default(),
        }))
    }
}

impl Inner {
    /// Ends a driver's call that takes too long. What it wrote may stand all the same: the driver
    /// finds that out when it writes again.
    async fn promptly<T>(&self, call: impl Future<Output = Kept<T>>) -> Kept<T> {
        let limit = self.times.prompt;
        tokio::time::timeout(limit, call).await.unwrap_or_else(|_| {
            Err(LedgerError::Unreachable {
                what: format!("the ledger dynamodb:{}", self.table),
                why: format!("it has not answered within {} s", limit.as_secs()),
            })
        })
    }

    /// A map of plain values stays whole when a thread that held it panics.
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
