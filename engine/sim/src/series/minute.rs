//! One release in one minute: requests, responses by class, latencies, targets, load.

use std::collections::BTreeMap;

use rollout::EpochS;

use super::noise::{At, factors};
use super::{Latency, PERIOD_S};
use crate::draw::{Draw, Stream};
use crate::world::{Release, Service, World};

/// What one release's target group saw in one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Minute {
    /// Requests that a target was chosen for.
    pub(crate) requests: u64,
    /// Requests that came while no target was registered: the balancer's own 503.
    pub(crate) turned_away: u64,
    /// Of the requests, those whose connection was refused.
    pub(crate) refused: u64,
    pub(crate) ok: u64,
    pub(crate) client_errors: u64,
    pub(crate) errors: u64,
    pub(crate) latency: Latency,
    pub(crate) healthy: u32,
    pub(crate) unhealthy: u32,
    /// Mean CPU of the tasks, in percent.
    pub(crate) cpu_percent: f64,
}

/// Closed minutes that were computed already, by beginning, release and whether the release is the
/// run's canary: nothing else about them can change any more.
#[derive(Debug, Default)]
pub(crate) struct Minutes(BTreeMap<(EpochS, u64, bool), Minute>);

/// How many minutes are remembered at most: two releases of a long day.
const REMEMBERED: usize = 4_096;

impl Minutes {
    pub(crate) fn of(
        &mut self,
        world: &World,
        service: &Service,
        release: &Release,
        begin: EpochS,
    ) -> Minute {
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        let key = (begin, release.subject, world.is_canary(release));
        *self.0.entry(key).or_insert_with(|| world.minute(service, release, begin))
    }
}

/// The behaviour of a release, noise not counted.
struct Manner {
    error_rate: f64,
    refused_rate: f64,
    latency_s: f64,
}

impl World {
    /// Computes a minute from the history.
    fn minute(&self, service: &Service, release: &Release, begin: EpochS) -> Minute {
        let middle = begin.plus_s(PERIOD_S / 2);
        let health = release.health(&self.conduct(release), middle);
        let registered = health.targets_healthy + health.targets_unhealthy + health.targets_initial;
        let draw = |stream| Draw::new(self.seed, stream, release.subject, u64::from(begin.0));
        let mean = self.requests_a_second(middle) * self.share(service, &release.label, begin);
        let arrived = draw(Stream::Requests).poisson(mean * f64::from(PERIOD_S));
        let requests = if registered > 0 { arrived } else { 0 };

        let manner = self.manner(release, begin);
        let noise = factors(self.scenario.noise, self.noise_at(release, begin));
        let rate = manner.error_rate * noise.errors;
        let refused = draw(Stream::Refused).binomial(requests, manner.refused_rate * noise.errors);
        let errors = draw(Stream::Errors).binomial(requests - refused, rate);
        let rest = requests - refused - errors;
        let client_rate = self.scenario.baseline.client_error_rate;
        let client_errors = draw(Stream::ClientErrors).binomial(rest, client_rate);
        let per_task = requests as f64 / f64::from(PERIOD_S * registered.max(1));
        let cpu = 4.0 + 0.4 * per_task + draw(Stream::Cpu).unit();
        Minute {
            requests,
            turned_away: arrived - requests,
            refused,
            ok: rest - client_errors,
            client_errors,
            errors,
            latency: Latency {
                responses: requests - refused,
                mu: libm::log((manner.latency_s * noise.latency).max(1e-6)),
                sigma: self.scenario.baseline.latency_spread.max(1e-3),
                seed: self.seed,
                subject: release.subject,
                at: u64::from(begin.0),
            },
            healthy: health.targets_healthy,
            unhealthy: health.targets_unhealthy,
            cpu_percent: if health.tasks_running > 0 { cpu.min(100.0) } else { 0.0 },
        }
    }

    /// All requests of the service: highest at 18:00 UTC when the rate swings.
    fn requests_a_second(&self, at: EpochS) -> f64 {
        let traffic = &self.scenario.traffic;
        let hours = f64::from(at.0 % 86_400) / 3600.0;
        let swing = libm::cos((hours - 18.0) / 24.0 * std::f64::consts::TAU);
        (traffic.requests_per_second * (1.0 + traffic.daily_swing * swing)).max(0.0)
    }

    /// The share of them that resolvers send to a label in a minute; every name gets as many.
    fn share(&self, service: &Service, label: &str, begin: EpochS) -> f64 {
        let end = begin.plus_s(PERIOD_S);
        let names = self.names.iter().filter(|name| name.owner == service.key);
        let (count, sum) =
            names.fold((0.0, 0.0), |(n, sum), name| (n + 1.0, sum + name.share(label, begin, end)));
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// How a release behaves; a canary may turn sick some time after its first traffic.
    fn manner(&self, release: &Release, begin: EpochS) -> Manner {
        let (baseline, canary) = (&self.scenario.baseline, &self.scenario.canary);
        let sick = if self.is_canary(release) { self.sick_share(begin) } else { 0.0 };
        let own = |of_canary: Option<f64>, of_baseline: f64| {
            of_baseline + sick * (of_canary.unwrap_or(of_baseline) - of_baseline)
        };
        Manner {
            error_rate: own(canary.error_rate, baseline.error_rate),
            refused_rate: own(canary.refused_rate, baseline.refused_rate),
            latency_s: baseline.latency_ms / 1000.0 * own(Some(canary.latency_factor), 1.0),
        }
    }

    /// The share of a minute in which the canary behaves as itself.
    fn sick_share(&self, begin: EpochS) -> f64 {
        let sick_after_s = self.scenario.canary.sick_after_s;
        let first = self.run.as_ref().and_then(|run| run.first_traffic_at);
        let from = match first {
            Some(first) if sick_after_s > 0 => first.plus_s(sick_after_s),
            None if sick_after_s > 0 => return 0.0,
            _ => return 1.0,
        };
        f64::from(begin.plus_s(PERIOD_S).since_s(from).min(PERIOD_S)) / f64::from(PERIOD_S)
    }

    fn noise_at(&self, release: &Release, begin: EpochS) -> At {
        let is_canary = self.is_canary(release);
        let first = self.run.as_ref().and_then(|run| run.first_traffic_at);
        let middle = begin.plus_s(PERIOD_S / 2);
        let warm = first.filter(|first| is_canary && middle >= *first);
        At {
            seed: self.seed,
            subject: release.subject,
            minute: u64::from(begin.0 / PERIOD_S),
            is_canary,
            warm_s: warm.map(|first| f64::from(middle.since_s(first))),
        }
    }
}
