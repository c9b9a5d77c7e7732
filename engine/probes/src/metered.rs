//! A connection that notes when its first byte came, and ends when no head follows it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::limits::BEFORE_HEAD_BYTES;
use crate::network::Wire;

/// What was read from a connection so far.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    first_byte_at: OnceLock<Instant>,
    before_head: AtomicUsize,
    head_is_complete: AtomicBool,
}

impl Gauge {
    /// When the first byte came.
    pub(crate) fn first_byte_at(&self) -> Option<Instant> {
        self.first_byte_at.get().copied()
    }

    /// From here on it is the body.
    pub(crate) fn head_is_complete(&self) {
        self.head_is_complete.store(true, Ordering::Relaxed);
    }

    /// Whether too much came before a complete head.
    pub(crate) fn is_overrun(&self) -> bool {
        self.before_head.load(Ordering::Relaxed) > BEFORE_HEAD_BYTES
    }

    fn read(&self, bytes: usize) -> io::Result<()> {
        if bytes > 0 {
            self.first_byte_at.get_or_init(Instant::now);
        }
        if !self.head_is_complete.load(Ordering::Relaxed) {
            self.before_head.fetch_add(bytes, Ordering::Relaxed);
        }
        match self.is_overrun() {
            true => Err(io::Error::other("no head")),
            false => Ok(()),
        }
    }
}

/// The connection.
pub(crate) struct Metered {
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) gauge: Arc<Gauge>,
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.wire).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => Poll::Ready(self.gauge.read(buffer.filled().len() - before)),
            other => other,
        }
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}
