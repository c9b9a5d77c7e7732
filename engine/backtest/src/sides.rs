//! A replay as a past: every value a gate asks for is the recorded one, every count of requests is
//! a steady stream.

use rollout::Side;
use runner::question::{
    Answer, Completeness, MetricQuestion, Point, Question, SeriesAnswer, Situation, Subject,
};

use crate::looking::Past;
use crate::stage::Stage;
use crate::trials::Pair;

/// Requests of each side in a period, where a gate wants to know whether there are any.
const REQUESTS: f64 = 1_000.0;

/// A canary and a baseline whose one metric was recorded.
pub(crate) struct Sides<'a> {
    pub(crate) stage: Stage,
    pub(crate) pairs: &'a [Pair],
    /// The canary's values are multiplied by it.
    pub(crate) factor: f64,
}

impl Past for Sides<'_> {
    fn answer(
        &self,
        situation: &Situation,
        _: &[Question],
        question: &Question,
    ) -> Result<Answer, String> {
        let metric = match question {
            Question::Metric(metric) => metric,
            Question::Expression(it) => {
                return Err(format!(
                    "it asks for metric math ({}), not for one series",
                    it.expression
                ));
            }
            Question::Request(it) => {
                return Err(format!("it sends requests ({} {})", it.method, it.url));
            }
        };
        let points = match kind(metric)? {
            Kind::Requests => steady(metric, situation),
            Kind::Uncounted => Vec::new(),
            Kind::Value => self.values(metric, situation)?,
        };
        let completeness = match points.is_empty() {
            true => Completeness::Empty,
            false => Completeness::Complete,
        };
        Ok(Answer::Series(SeriesAnswer { id: metric.id.clone(), points, completeness }))
    }
}

/// What a question about a series comes to here.
enum Kind {
    /// How many requests there were.
    Requests,
    /// How many of them were beyond a threshold: not known of a value.
    Uncounted,
    /// The recorded metric.
    Value,
}

fn kind(metric: &MetricQuestion) -> Result<Kind, String> {
    let MetricQuestion { name, statistic, .. } = metric;
    if name == "RequestCount" || statistic == "SampleCount" {
        return Ok(Kind::Requests);
    }
    if statistic.starts_with("TC(") {
        return Ok(Kind::Uncounted);
    }
    let counts = ["HTTPCode_", "TargetConnectionErrorCount"];
    match counts.iter().any(|count| name.starts_with(count)) {
        true => Err(format!("it asks for {name}, a count of requests, and the files hold values")),
        false => Ok(Kind::Value),
    }
}

fn steady(metric: &MetricQuestion, situation: &Situation) -> Vec<Point> {
    let end = metric.end.min(situation.now);
    let periods = end.since_s(metric.begin) / metric.period_s.max(1);
    let times = (0..periods).map(|period| metric.begin.plus_s(period * metric.period_s));
    times.map(|time| Point { time, value: REQUESTS }).collect()
}

impl Sides<'_> {
    fn values(&self, metric: &MetricQuestion, situation: &Situation) -> Result<Vec<Point>, String> {
        let Stage { period_s, .. } = self.stage;
        if metric.period_s != period_s {
            let asked_s = metric.period_s;
            return Err(format!("it asks in periods of {asked_s} s: --period {asked_s}"));
        }
        let side = side_of(metric, situation);
        let value = |at: u32| {
            let [canary, baseline] = *self.pairs.get(at as usize)?;
            match side {
                Side::Green => canary.map(|it| it * self.factor),
                Side::Blue => baseline,
            }
        };
        let points = (0..self.stage.intervals).filter_map(|at| {
            let time = self.stage.begin_of(at);
            let is_asked = metric.begin <= time && time < metric.end;
            let is_closed = time.plus_s(period_s) <= situation.now;
            (is_asked && is_closed).then_some(Point { time, value: value(at)? })
        });
        Ok(points.collect())
    }
}

/// Whose series it is. Of those named by dimensions, what bears the baseline's version or label is
/// the baseline's.
fn side_of(metric: &MetricQuestion, situation: &Situation) -> Side {
    let dimensions = match &metric.subject {
        Subject::Of(side, _) => return *side,
        Subject::Dimensions(dimensions) => dimensions,
    };
    let is_baselines = situation.baseline.as_ref().is_some_and(|baseline| {
        dimensions.iter().any(|it| {
            it.value.contains(&baseline.version)
                || it.value == baseline.label
                || baseline.place.target_groups.iter().flatten().any(|own| own == it)
                || baseline.place.service.contains(it) && it.name == "ServiceName"
        })
    });
    if is_baselines { Side::Blue } else { Side::Green }
}
