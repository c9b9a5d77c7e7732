//! Errors of this room: sentences that say whether asking again makes sense.

use runner::{CallError, CallErrorKind};

/// The same request would meet the same again.
pub(crate) fn refused(message: impl Into<String>) -> CallError {
    CallError::new(CallErrorKind::Refused, message)
}

/// Asking again may succeed.
pub(crate) fn retryable(message: impl Into<String>) -> CallError {
    CallError::new(CallErrorKind::Retryable, message)
}
