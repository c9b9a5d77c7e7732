//! The port: a request that was granted, from its secrets to its last redirect.

use std::sync::Arc;

use async_trait::async_trait;
use runner::question::{ResponseAnswer, Timings};
use runner::{CallError, Called, Deployment, ProbeRequest, SecretSource, Target};
use tokio::time::Instant;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::deadline::Deadline;
use crate::dial::Network;
use crate::exchange::{Outcome, Terms};
use crate::fault::refused;
use crate::limits::REDIRECTS;
use crate::network::{Connector, Resolver, System};
use crate::outgoing::Outgoing;
use crate::secrets::Secrets;
use crate::tls::Trust;

/// HTTP requests over sockets.
pub struct Probes {
    network: Network,
    trust: Trust,
    secrets: Arc<dyn SecretSource>,
}

impl Probes {
    /// Probes with this resolver and this connector, trusting the machine's authorities.
    #[must_use]
    pub fn new(
        resolver: Arc<dyn Resolver>,
        connector: Arc<dyn Connector>,
        secrets: Arc<dyn SecretSource>,
    ) -> Self {
        Probes { network: Network { resolver, connector }, trust: Trust::default(), secrets }
    }

    /// Probes with the machine's resolver and TCP.
    #[must_use]
    pub fn system(secrets: Arc<dyn SecretSource>) -> Self {
        Probes::new(Arc::new(System), Arc::new(System), secrets)
    }

    /// The same, trusting these authorities and no others.
    #[must_use]
    pub fn trusting(self, authorities: Vec<CertificateDer<'static>>) -> Self {
        Probes { trust: Trust::only(authorities), ..self }
    }

    /// As the port, which makes requests of a deployment's gates.
    pub(crate) async fn answer(&self, request: &ProbeRequest) -> Called<ResponseAnswer> {
        let question = request.question();
        let about = |error: CallError| {
            let message = format!("{} {}: {}", question.method, question.url, error.message);
            CallError { message, ..error }
        };
        let deadline = Deadline::after(question.timeout_ms).map_err(about)?;
        let wanted = &request.target().headers_from_secret;
        let fetched = Secrets::of(self.secrets.as_ref(), wanted);
        let stage = || "the secrets of its headers were not fetched".to_owned();
        let secrets = deadline.within(stage, fetched).await.flatten().map_err(about)?;
        let answer = self.follow(request, &secrets, deadline).await;
        answer.map_err(|error| {
            let message = secrets.mask.covered(error.message);
            about(CallError { message, ..error })
        })
    }

    /// One connection to one target, one request, one answer.
    async fn ask(
        &self,
        target: &Target,
        outgoing: &Outgoing,
        terms: Terms<'_>,
        watch: &mut Stopwatch,
    ) -> Called<Outcome> {
        let request = outgoing.to(target)?;
        let dialled = self.network.dial(target, terms.deadline).await?;
        watch.read.resolved_ms = dialled.resolved_at.map_or(0.0, |at| watch.ms(at));
        let wire = match target.presented.scheme() {
            "https" => self.trust.secured(dialled, target, terms.deadline).await?,
            _ => dialled.wire,
        };
        watch.read.connected_ms = watch.ms(Instant::now());
        terms.exchange(wire, request).await
    }

    /// Asks, and follows redirects as far as grants, addresses and patience go.
    async fn follow(
        &self,
        request: &ProbeRequest,
        secrets: &Secrets,
        deadline: Deadline,
    ) -> Called<ResponseAnswer> {
        let question = request.question();
        let follow_redirects = question.follow_redirects;
        let terms = Terms { follow_redirects, deadline, mask: &secrets.mask };
        let mut outgoing = Outgoing::of(question, secrets)?;
        let mut target = request.target().clone();
        let mut watch = Stopwatch { begun: Instant::now(), read: Timings::default() };
        for redirects in 0..=REDIRECTS {
            let outcome = self.ask(&target, &outgoing, terms, &mut watch).await;
            match outcome.map_err(|error| at(redirects, &target, error))? {
                Outcome::Answered(answered) => {
                    watch.read.first_byte_ms = watch.ms(answered.first_byte_at);
                    watch.read.total_ms = watch.ms(Instant::now());
                    return Ok(ResponseAnswer {
                        id: question.id.clone(),
                        status: answered.status,
                        headers: answered.headers,
                        body: answered.body,
                        truncated: answered.truncated,
                        timings: watch.read,
                    });
                }
                Outcome::Redirected(status, location) => {
                    let next = request.redirected(&target, &location);
                    let next = next.map_err(|why| refused(format!("a redirect: {why}")))?;
                    outgoing.redirect(status);
                    if next.spelled.origin() != target.spelled.origin() {
                        outgoing.leave(secrets);
                    }
                    target = next;
                }
            }
        }
        Err(refused(format!("over {REDIRECTS} redirects")))
    }
}

#[async_trait]
impl runner::Probes for Probes {
    async fn request(
        &self,
        _deployment: &Deployment,
        request: &ProbeRequest,
    ) -> Called<ResponseAnswer> {
        self.answer(request).await
    }
}

/// The stages of a request, on a clock that never goes back.
struct Stopwatch {
    begun: Instant,
    read: Timings,
}

impl Stopwatch {
    fn ms(&self, at: Instant) -> f64 {
        at.saturating_duration_since(self.begun).as_secs_f64() * 1_000.0
    }
}

/// An error of a later target says where that was.
fn at(redirects: usize, target: &Target, error: CallError) -> CallError {
    match redirects {
        0 => error,
        _ => CallError {
            message: format!("redirected to {}: {}", target.spelled, error.message),
            ..error
        },
    }
}
