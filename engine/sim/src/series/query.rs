//! Answers to `GetMetricData`: which series a query means, and which of its periods can be read.

use rollout::EpochS;
use runner::question::{Completeness, Dimension, Point};
use runner::{Called, MetricQuery, MetricSource, Series};

use super::statistic::Statistic;
use super::{Minute, Minutes, PERIOD_S};
use crate::cloud::refused;
use crate::scenario::OutageKind;
use crate::world::{Release, Service, World};

/// CloudWatch returns at most so many points a series.
const MOST_POINTS: u32 = 100_800;

/// CloudWatch's longest period, in seconds.
const LONGEST_PERIOD_S: u32 = 86_400;

/// What a series is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    TargetGroup,
    LoadBalancer,
    Service,
}

/// Takes a metric out of the minutes of a period.
type Reading = fn(Statistic, &[Minute]) -> Option<f64>;

/// Every metric there is: namespace, name, what it is published for, how it is read.
const METRICS: [(&str, &str, &[Scope], Reading); 12] = {
    use Scope::{LoadBalancer, Service, TargetGroup};
    const BALANCER: &str = "AWS/ApplicationELB";
    const BOTH: &[Scope] = &[TargetGroup, LoadBalancer];
    [
        (BALANCER, "RequestCount", BOTH, |s, m| s.of_count(sum(m, |it| it.requests))),
        (BALANCER, "HTTPCode_Target_2XX_Count", BOTH, |s, m| s.of_count(sum(m, |it| it.ok))),
        (BALANCER, "HTTPCode_Target_3XX_Count", BOTH, |s, _| s.of_count(0)),
        (BALANCER, "HTTPCode_Target_4XX_Count", BOTH, |s, m| {
            s.of_count(sum(m, |it| it.client_errors))
        }),
        (BALANCER, "HTTPCode_Target_5XX_Count", BOTH, |s, m| s.of_count(sum(m, |it| it.errors))),
        (BALANCER, "TargetConnectionErrorCount", BOTH, |s, m| s.of_count(sum(m, |it| it.refused))),
        (BALANCER, "HTTPCode_ELB_5XX_Count", &[LoadBalancer], |s, m| {
            s.of_count(sum(m, |it| it.turned_away + it.refused))
        }),
        (BALANCER, "TargetResponseTime", BOTH, Statistic::of_latency),
        (BALANCER, "HealthyHostCount", &[TargetGroup], |s, m| {
            s.of_gauge(&values(m, |it| f64::from(it.healthy)))
        }),
        (BALANCER, "UnHealthyHostCount", &[TargetGroup], |s, m| {
            s.of_gauge(&values(m, |it| f64::from(it.unhealthy)))
        }),
        ("AWS/ECS", "CPUUtilization", &[Service], |s, m| {
            s.of_gauge(&values(m, |it| it.cpu_percent))
        }),
        ("AWS/ECS", "MemoryUtilization", &[Service], |s, m| {
            s.of_gauge(&values(m, |it| 30.0 + it.cpu_percent / 10.0))
        }),
    ]
};

fn sum(minutes: &[Minute], of: fn(&Minute) -> u64) -> u64 {
    minutes.iter().map(of).sum()
}

fn values(minutes: &[Minute], of: fn(&Minute) -> f64) -> Vec<f64> {
    minutes.iter().map(of).collect()
}

/// The answers to the queries of one call.
pub(crate) fn answers(
    world: &World,
    minutes: &mut Minutes,
    queries: &[MetricQuery<'_>],
) -> Called<Vec<Series>> {
    let mut answers = Vec::with_capacity(queries.len());
    let mut gathered = Gathered::default();
    for query in queries {
        answers.push(answer(world, minutes, &mut gathered, query)?);
    }
    Ok(answers)
}

/// The minutes of the period gathered last: the next query mostly asks for another metric of it.
#[derive(Default)]
struct Gathered<'a> {
    about: Option<About<'a>>,
    minutes: Vec<Minute>,
}

/// Which minutes.
#[derive(Clone, Copy)]
struct About<'a> {
    scopes: &'a [Scope],
    dimensions: &'a [Dimension],
    begin: EpochS,
    period_s: u32,
}

impl About<'_> {
    /// Queries about one series share their dimensions, so the texts need not be compared.
    fn is(&self, other: &About<'_>) -> bool {
        std::ptr::eq(self.dimensions, other.dimensions)
            && self.scopes == other.scopes
            && (self.begin, self.period_s) == (other.begin, other.period_s)
    }
}

impl<'a> Gathered<'a> {
    /// The minutes of a period, of every release that is meant.
    fn of(&mut self, world: &World, minutes: &mut Minutes, about: About<'a>) -> &[Minute] {
        if self.about.is_some_and(|last| last.is(&about)) {
            return &self.minutes;
        }
        self.about = Some(about);
        self.minutes.clear();
        let About { scopes, dimensions, begin, period_s } = about;
        let sources = sources(world, scopes, dimensions);
        for begin in (0..period_s / PERIOD_S).map(|index| begin.plus_s(index * PERIOD_S)) {
            let end = begin.plus_s(PERIOD_S);
            let served = sources.clone().filter(|(_, release)| release.stack.serves(end));
            let of_minute = served.map(|(service, it)| minutes.of(world, service, it, begin));
            self.minutes.extend(of_minute);
        }
        &self.minutes
    }
}

/// The answer to one query.
fn answer<'a>(
    world: &World,
    minutes: &mut Minutes,
    gathered: &mut Gathered<'a>,
    query: &MetricQuery<'a>,
) -> Called<Series> {
    let (namespace, name, dimensions, statistic) = match &query.what {
        MetricSource::Series { namespace, name, dimensions, statistic } => {
            (*namespace, *name, *dimensions, *statistic)
        }
        MetricSource::Expression(expression) => {
            return Err(refused(format!(
                "cloudwatch:GetMetricData: {expression}: the simulated CloudWatch computes no \
                 metric math: ask for the series and compute in the gate"
            )));
        }
    };
    let invalid = |why: String| refused(format!("cloudwatch:GetMetricData: {name}: {why}"));
    let statistic = Statistic::parse(statistic).map_err(invalid)?;
    if !(PERIOD_S..=LONGEST_PERIOD_S).contains(&query.period_s)
        || !query.period_s.is_multiple_of(PERIOD_S)
    {
        let why = format!(
            "a period of {} s: balancers publish by the minute, so ask for a multiple of 60 s, up \
             to a day",
            query.period_s
        );
        return Err(invalid(why));
    }
    let outage = world.outage();
    let metric = METRICS.iter().find(|(space, it, ..)| *it == name && *space == namespace);
    // Most queries are about one period.
    let mut points = Vec::with_capacity(1);
    if let (Some((.., scopes, reading)), false) = (metric, outage == Some(OutageKind::Empty)) {
        for begin in periods(world, query) {
            let about = About { scopes, dimensions, begin, period_s: query.period_s };
            let value = reading(statistic, gathered.of(world, minutes, about));
            points.extend(value.map(|value| Point { time: begin, value }));
        }
    }
    let completeness = match outage {
        Some(OutageKind::Partial) => {
            points.truncate(points.len() / 2);
            Completeness::Partial
        }
        _ if points.is_empty() => Completeness::Empty,
        _ => Completeness::Complete,
    };
    Ok(Series { points, completeness })
}

/// The periods of a query that are closed and past their lag.
fn periods(world: &World, query: &MetricQuery<'_>) -> impl Iterator<Item = EpochS> + use<> {
    let (period_s, lag_s, now) = (query.period_s, world.scenario.metrics.lag_s, world.now);
    let first = query.begin.period_begin(period_s);
    let end = query.end;
    (0..MOST_POINTS)
        .map(move |index| first.plus_s(index.saturating_mul(period_s)))
        .take_while(move |begin| *begin < end && begin.plus_s(period_s).plus_s(lag_s) <= now)
}

/// The releases that a series is about, if it is published for any.
fn sources<'a>(
    world: &'a World,
    scopes: &'a [Scope],
    dimensions: &'a [Dimension],
) -> impl Iterator<Item = (&'a Service, &'a Release)> + Clone {
    let matches = move |release: &Release| {
        scopes.iter().any(|scope| match scope {
            Scope::TargetGroup => release.place.target_groups.iter().any(|it| it == dimensions),
            Scope::LoadBalancer => release.place.load_balancer == dimensions,
            Scope::Service => release.place.service == dimensions,
        })
    };
    let all = world
        .services
        .iter()
        .flat_map(|service| service.releases.iter().map(move |release| (service, release)));
    all.filter(move |(_, release)| matches(release))
}

impl World {
    /// What CloudWatch suffers from now.
    pub(crate) fn outage(&self) -> Option<OutageKind> {
        let mut outages = self.scenario.metrics.outages.iter();
        let now = outages.find(|outage| self.is_within(Some(outage.from), outage.until));
        now.map(|outage| outage.answer)
    }
}
