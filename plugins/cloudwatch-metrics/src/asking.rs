//! From checks to questions, and from answers to values by the period.

use crate::configuration::{Check, Metric, Of, PartOf};
use crate::expression::renamed;
use gate_sdk::series::{Gap, Series, id_of};
use gate_sdk::window::Window;
use gate_sdk::{
    Answer, Completeness, Dimension, ExpressionQuestion, MetricQuestion, OwnSeries, Part, Question,
    Release, Side, Situation, Subject,
};

/// The id of a check's question about a side: `check_0_canary_value`.
fn id(index: usize, side: Side, what: &str) -> String {
    let side = match side {
        Side::Canary => "canary",
        Side::Baseline => "baseline",
    };
    format!("check_{index}_{side}_{what}")
}

/// The name of an expression's own value among those of its series, which begin with a letter.
const MATH: &str = "_math";

/// The questions of the check at `index` about one side.
pub(crate) fn questions(
    situation: &Situation,
    check: &Check,
    index: usize,
    side: Side,
    window: Window,
) -> Vec<Question> {
    let release = match (side, &situation.baseline) {
        (Side::Baseline, Some(baseline)) => baseline,
        _ => &situation.canary,
    };
    let series = check.series().map(|(name, metric)| {
        Question::Metric(MetricQuestion {
            id: id(index, side, name),
            namespace: metric.namespace.clone(),
            name: metric.name.clone(),
            subject: subject(metric, side, release),
            statistic: metric.statistic.clone(),
            period_s: check.period_s,
            begin: window.begin_s,
            end: window.end_s,
        })
    });
    let math = check.expression.as_ref().map(|expression| {
        let id_of = |name: &str| check.metrics.contains_key(name).then(|| id(index, side, name));
        Question::Expression(ExpressionQuestion {
            id: id(index, side, MATH),
            expression: renamed(expression, id_of),
            period_s: check.period_s,
            begin: window.begin_s,
            end: window.end_s,
        })
    });
    series.chain(math).collect()
}

fn subject(metric: &Metric, side: Side, release: &Release) -> Subject {
    match (&metric.dimensions, metric.of) {
        (Some(dimensions), _) => {
            let fill = |value: &str| {
                value.replace("{version}", &release.version).replace("{label}", &release.label)
            };
            let filled = dimensions
                .iter()
                .map(|(name, value)| Dimension { name: name.clone(), value: fill(value) });
            Subject::Dimensions(filled.collect())
        }
        (None, of) => {
            let side = if of == Some(Of::Baseline) { Side::Baseline } else { side };
            let part = match metric.part {
                PartOf::Service => Part::Service,
                PartOf::LoadBalancer => Part::LoadBalancer,
                PartOf::TargetGroup => Part::TargetGroup(metric.target_group),
            };
            Subject::Of(OwnSeries { side, part })
        }
    }
}

/// The values of the check at `index` about one side, by the beginning of their periods.
///
/// # Errors
/// When one of its questions has no answer, or a partial one: nothing of it can be judged then.
pub(crate) fn values(
    answers: &[Answer],
    check: &Check,
    index: usize,
    side: Side,
) -> Result<Series, Gap> {
    let mut values = Err(unanswered(check, "the metric", "has no answer"));
    let math = check.expression.as_ref().map(|_| MATH);
    for what in check.series().map(|(name, _)| name).chain(math) {
        let id = id(index, side, what);
        let called = match what {
            MATH => "the expression".to_owned(),
            "value" if check.metric.is_some() => "the metric".to_owned(),
            name => format!("`{name}`"),
        };
        let found = answers.iter().find(|answer| id_of(answer) == id);
        values = match found {
            Some(Answer::Series(series)) if series.completeness == Completeness::Partial => {
                Err(Gap::Partial)
            }
            Some(Answer::Series(series)) => {
                let finite = series.points.iter().filter(|point| point.value.is_finite());
                Ok(finite.map(|point| (point.time, point.value)).collect())
            }
            Some(Answer::Denied(denied)) => {
                Err(unanswered(check, &called, &format!("may not be asked for: {}", denied.why)))
            }
            Some(Answer::Failed(failed)) => {
                Err(unanswered(check, &called, &format!("cannot be read: {}", failed.why)))
            }
            Some(Answer::Response(_)) | None => Err(unanswered(check, &called, "has no answer")),
        };
        if values.is_err() {
            break;
        }
    }
    values
}

fn unanswered(check: &Check, what: &str, why: &str) -> Gap {
    Gap::Unanswered(format!("{}: {what} {why}", check.name))
}
