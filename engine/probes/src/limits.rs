//! What one request may take and bring back.

/// The longest time-out a request may ask for, in milliseconds.
pub(crate) const TIMEOUT_MS: u32 = 30_000;

/// Redirects followed, at most.
pub(crate) const REDIRECTS: usize = 5;

/// Addresses of one name that are tried, at most.
pub(crate) const ATTEMPTS: usize = 8;

/// Bytes of a request's body, at most.
pub(crate) const REQUEST_BODY_BYTES: usize = 64 * 1024;

/// Headers of a request, at most.
pub(crate) const REQUEST_HEADERS: usize = 64;

/// Bytes of a request's header names and values together, at most.
pub(crate) const REQUEST_HEAD_BYTES: usize = 64 * 1024;

/// Bytes of an answer's head, at most.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;

/// Headers of an answer, at most.
pub(crate) const HEADERS: usize = 128;

/// Bytes read before the answer's head is complete, at most: interim answers (1xx) count, and so
/// does what a read brings along of the body.
pub(crate) const BEFORE_HEAD_BYTES: usize = 2 * HEAD_BYTES;

/// Bytes of an answer's body that are handed on; the rest is cut.
pub(crate) const BODY_BYTES: usize = 256 * 1024;
