//! A port's call of several requests is as short as one.

use std::time::Duration;

use runner::{CallError, CallErrorKind, Called};

/// The longest a port's call may take (S11: less than what is left of the lease before an effect).
const LONGEST: Duration = Duration::from_secs(20);

/// Ends a call that takes too long; it may be made again.
///
/// # Errors
/// The call's own, or `Retryable` when its time is up.
pub(crate) async fn in_time<T>(doing: &str, call: impl Future<Output = Called<T>>) -> Called<T> {
    tokio::time::timeout(LONGEST, call).await.unwrap_or_else(|_| {
        let why = format!("{doing}: AWS took longer than {} s", LONGEST.as_secs());
        Err(CallError::new(CallErrorKind::Retryable, why))
    })
}
