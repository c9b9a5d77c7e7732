//! Writes that meet another write of the same item: DynamoDB refuses one of two that overlap, and
//! the SDK does not repeat it. Our own do so: a lease is renewed while the journal is written under
//! it, and a person speaks while the driver appends.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use crate::error;

/// Tries of a write that only met another.
const TRIES: u32 = 6;
/// The longest first wait; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(20);
/// The code of a single write that met a transaction.
const CONFLICT: &str = "TransactionConflictException";
/// Why a transaction was cancelled that would go through a moment later.
const PASSING: [&str; 3] =
    ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// Makes a write, again as long as it only meets another.
pub(super) async fn unhindered<T, E, W>(
    write: impl Fn() -> W,
    meets_another: impl Fn(&E) -> bool,
) -> Result<T, E>
where
    W: Future<Output = Result<T, E>>,
{
    let mut tried = 1;
    loop {
        match write().await {
            Err(error) if tried < TRIES && meets_another(&error) => {
                tokio::time::sleep(jittered(tried)).await;
                tried += 1;
            }
            done => return done,
        }
    }
}

/// Whether a write of one item met a transaction.
pub(super) fn is_conflict<E>(error: &SdkError<E, HttpResponse>) -> bool
where
    E: ProvideErrorMetadata,
{
    error::code(error) == CONFLICT
}

/// Whether a transaction met another write, and none of its conditions failed.
pub(super) fn is_passing(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
        error.as_service_error()
    else {
        return false;
    };
    let codes = || canceled.cancellation_reasons().iter().filter_map(|it| it.code());
    let is_passing = |code: &str| PASSING.contains(&code);
    codes().any(is_passing) && codes().all(|code| is_passing(code) || code == "None")
}

/// Between half of the wait and all of it: two writers that met part ways.
fn jittered(tried: u32) -> Duration {
    let ceiling = FIRST * 2_u32.saturating_pow(tried.saturating_sub(1).min(10));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    ceiling / 2 + (ceiling / 2).mul_f64(f64::from(now.subsec_nanos() % 1_000) / 1_000.0)
}
