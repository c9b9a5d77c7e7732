//! One request and its answer over one connection, bounded and timed.

use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::{CONTENT_ENCODING, HeaderMap, LOCATION};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use runner::question::Header;
use runner::{CallError, Called};
use tokio::time::Instant;

use crate::deadline::Deadline;
use crate::fault::{refused, retryable};
use crate::limits::{BEFORE_HEAD_BYTES, BODY_BYTES, HEAD_BYTES, HEADERS};
use crate::mask::Mask;
use crate::metered::{Gauge, Metered};
use crate::network::Wire;

/// What came of it.
pub(crate) enum Outcome {
    Answered(Answered),
    /// Not read any further.
    Redirected(StatusCode, String),
}

/// An answer, masked.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Vec<u8>,
    pub(crate) truncated: bool,
    pub(crate) first_byte_at: Instant,
}

/// How answers are taken.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) follow_redirects: bool,
    pub(crate) deadline: Deadline,
    pub(crate) mask: &'a Mask,
}

impl Terms<'_> {
    /// Sends a request and takes its answer.
    pub(crate) async fn exchange(
        self,
        wire: Box<dyn Wire>,
        request: Request<Full<Bytes>>,
    ) -> Called<Outcome> {
        let gauge = Arc::new(Gauge::default());
        let io = TokioIo::new(Metered { wire, gauge: gauge.clone() });
        let (sender, connection) = Builder::new()
            .max_buf_size(HEAD_BYTES)
            .max_header_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .handshake(io)
            .await
            .map_err(|error| sentence(&error, &gauge))?;
        // The connection moves the bytes. How it ends is told to whoever waits for the answer.
        let moving = async {
            drop(connection.await);
            std::future::pending().await
        };
        tokio::select! {
            outcome = self.converse(sender, request, &gauge) => outcome,
            outcome = moving => outcome,
        }
    }

    async fn converse(
        self,
        mut sender: SendRequest<Full<Bytes>>,
        request: Request<Full<Bytes>>,
        gauge: &Gauge,
    ) -> Called<Outcome> {
        let stage = || match gauge.first_byte_at() {
            None => "nothing was answered".to_owned(),
            Some(_) => "the head of the answer was not complete".to_owned(),
        };
        let sent = sender.send_request(request);
        let response = self.deadline.within(stage, sent).await?;
        let response = response.map_err(|error| sentence(&error, gauge))?;
        gauge.head_is_complete();
        if let Some(location) = self.redirect(&response) {
            return Ok(Outcome::Redirected(response.status(), location));
        }
        self.answered(response, gauge).await.map(Outcome::Answered)
    }

    /// Where a redirect leads that is to be followed.
    fn redirect(self, response: &Response<Incoming>) -> Option<String> {
        let leads = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
        let location =
            response.headers().get(LOCATION).filter(|_| leads && self.follow_redirects)?;
        Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
    }

    async fn answered(self, response: Response<Incoming>, gauge: &Gauge) -> Called<Answered> {
        let (head, body) = response.into_parts();
        self.check_encoding(&head.headers)?;
        let mut body = self.body(body, gauge).await?;
        self.mask.cover(&mut body);
        let truncated = body.len() > BODY_BYTES;
        body.truncate(BODY_BYTES);
        let headers = head.headers.iter().map(|(name, value)| Header {
            name: self.mask.covered(name.as_str()),
            value: self.mask.covered(value.as_bytes()),
        });
        Ok(Answered {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body,
            truncated,
            first_byte_at: gauge.first_byte_at().unwrap_or_else(Instant::now),
        })
    }

    /// What is compressed cannot be searched for secrets.
    fn check_encoding(self, headers: &HeaderMap) -> Called<()> {
        let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
        let compressed = encodings.any(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"));
        if compressed && !self.mask.is_empty() {
            let why = "it cannot be searched for the secrets that were sent, and is withheld";
            return Err(refused(format!(
                "the answer is compressed though that was not asked: {why}"
            )));
        }
        Ok(())
    }

    /// The body up to its limit, and as much more as tells whether a secret lies across it.
    async fn body(self, mut body: Incoming, gauge: &Gauge) -> Called<Vec<u8>> {
        let enough = BODY_BYTES + self.mask.longest();
        let mut bytes = Vec::new();
        while bytes.len() <= enough {
            let stage = || format!("the body was not complete, {} bytes came", bytes.len());
            let Some(frame) = self.deadline.within(stage, body.frame()).await? else { break };
            let frame = frame.map_err(|error| sentence(&error, gauge))?;
            bytes.extend(frame.into_data().unwrap_or_default());
        }
        Ok(bytes)
    }
}

fn sentence(error: &hyper::Error, gauge: &Gauge) -> CallError {
    if gauge.is_overrun() {
        return refused(format!(
            "over {BEFORE_HEAD_BYTES} bytes came without the head of an answer"
        ));
    }
    if error.is_parse() {
        let what =
            format!("no HTTP/1.1 with a head of at most {HEAD_BYTES} bytes, {HEADERS} headers");
        return refused(format!("what was answered is {what}: {}", causes(error)));
    }
    retryable(format!("the connection broke before the answer was complete: {}", causes(error)))
}

/// An error with what lies beneath it.
fn causes(error: &hyper::Error) -> String {
    let first: &dyn std::error::Error = error;
    let chain = std::iter::successors(Some(first), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
