//! HTTP requests: the two balancers answer, nobody else is reached.

use async_trait::async_trait;
use rollout::{Plan, Side};
use runner::question::{Header, RequestQuestion, ResponseAnswer, Timings};
use runner::{CallError, CallErrorKind, Called, Deployment, ProbeRequest, Probes};

use super::workload::with_release;
use crate::cloud::{Sim, refused};
use crate::draw::{Draw, Stream, subject};
use crate::scenario::{Call, Http};
use crate::world::{Release, World};

/// The body's limit of the contract with gates, in bytes.
const BODY_LIMIT: usize = 256 * 1024;

#[async_trait]
impl Probes for Sim {
    async fn request(
        &self,
        deployment: &Deployment,
        request: &ProbeRequest,
    ) -> Called<ResponseAnswer> {
        let target = request.target();
        if let Some((header, secret)) = target.headers_from_secret.first_key_value() {
            return Err(refused(format!(
                "{}: the simulated cloud has no secrets, and the grant adds {header} from `{secret}`",
                target.spelled
            )));
        }
        let host = target.address.to_string();
        self.read(Call::HttpRequest, |world| {
            let side = side(world, deployment, &host)?;
            let question = request.question();
            with_release(world, deployment, side, |world, it| respond(world, it, question))
                .unwrap_or_else(|| Err(unreachable(&host)))
        })
    }
}

/// Whom a host means: a balancer by its address, or a name of the service by its weights.
fn side(world: &mut World, deployment: &Deployment, host: &str) -> Called<Side> {
    for side in [Side::Green, Side::Blue] {
        let is_it = |_: &World, release: &Release| release.place.address.eq_ignore_ascii_case(host);
        if with_release(world, deployment, side, is_it) == Some(true) {
            return Ok(side);
        }
    }
    if !names(&deployment.plan, host) {
        return Err(refused(format!(
            "{host}: the simulated network has only the two balancers and the service's names"
        )));
    }
    let now = world.now;
    let draw = Draw::new(world.seed, Stream::Route, subject(&[host]), u64::from(now.0)).unit();
    let name = deployment.plan.names.iter().find(|name| name.eq_ignore_ascii_case(host));
    let green = crate::world::side_label(deployment, Side::Green);
    let share = name
        .and_then(|name| world.name(name))
        .map_or(0.0, |it| it.share(green, now, now.plus_s(1)));
    Ok(if draw < share { Side::Green } else { Side::Blue })
}

fn names(plan: &Plan, host: &str) -> bool {
    plan.names.iter().any(|name| name.eq_ignore_ascii_case(host))
}

fn unreachable(host: &str) -> CallError {
    CallError::new(CallErrorKind::Retryable, format!("{host}: nothing answers there"))
}

/// What a release answers now: its own status, 500 as often as it errs, or the balancer's 503.
fn respond(world: &World, release: &Release, request: &RequestQuestion) -> Called<ResponseAnswer> {
    if !release.stack.serves(world.now) {
        return Err(unreachable(&release.place.address));
    }
    let (baseline, canary) = (&world.scenario.baseline, &world.scenario.canary);
    let is_canary = world.is_canary(release);
    let about = release.subject ^ subject(&[&request.method, &request.url, &request.id]);
    let mut draw = Draw::new(world.seed, Stream::Response, about, u64::from(world.now.0));
    let health = release.health(&world.conduct(release), world.now);
    let factor = if is_canary { canary.latency_factor } else { 1.0 };
    let latency_ms =
        baseline.latency_ms * factor * libm::exp(baseline.latency_spread * draw.normal());
    if latency_ms > f64::from(request.timeout_ms) {
        let message = format!("{}: no answer within {} ms", request.url, request.timeout_ms);
        return Err(CallError::new(CallErrorKind::Retryable, message));
    }
    let own_rate = canary.error_rate.filter(|_| is_canary);
    let errs = draw.unit() < own_rate.unwrap_or(baseline.error_rate);
    let http = if is_canary { &canary.http } else { &baseline.http };
    let (status, content_type, body) = if health.targets_healthy == 0 {
        (503, "text/html", "<html><body>503 Service Temporarily Unavailable</body></html>")
    } else if errs {
        (500, "text/plain", "Internal Server Error")
    } else {
        (http.status, http.content_type.as_str(), http.body.as_str())
    };
    Ok(answer(
        request,
        latency_ms,
        &Http { status, content_type: content_type.to_owned(), body: body.to_owned() },
    ))
}

fn answer(request: &RequestQuestion, latency_ms: f64, http: &Http) -> ResponseAnswer {
    let bytes = http.body.as_bytes();
    let header =
        |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    ResponseAnswer {
        id: request.id.clone(),
        status: http.status,
        headers: vec![
            header("content-type", &http.content_type),
            header("content-length", &bytes.len().to_string()),
        ],
        body: bytes[..bytes.len().min(BODY_LIMIT)].to_vec(),
        truncated: bytes.len() > BODY_LIMIT,
        timings: Timings {
            resolved_ms: 1.0,
            connected_ms: 2.0,
            first_byte_ms: 2.0 + latency_ms,
            total_ms: 2.5 + latency_ms,
        },
    }
}
