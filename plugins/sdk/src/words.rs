//! Descriptions, questions, answers and verdicts in a few words.

use crate::ruling::Ruling;
use crate::series::{Answers, BALANCER_NAMESPACE, Gap, id_of};
use crate::window::{PERIOD_S, Window};
use crate::{
    Answer, Decision, Description, Dimension, ExpressionQuestion, Finding, FindingStatus, Issue,
    MetricQuestion, Outcome, OwnSeries, Part, Point, Question, RequestQuestion, ResponseAnswer,
    Side, Situation, Subject, Verdict, Wishes,
};

/// The namespace of the metrics of an ECS service.
const SERVICE_NAMESPACE: &str = "AWS/ECS";
/// The time-out of a request that does not say, in milliseconds.
const TIMEOUT_MS: u32 = 5_000;

impl Description {
    /// A gate that wishes for nothing. `schema` is the JSON Schema of its configuration.
    #[must_use]
    pub fn new(name: &str, version: &str, summary: &str, schema: &str) -> Self {
        Description {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            configuration_schema: schema.into(),
            wishes: Wishes { metrics: Vec::new(), http: false, memory: false },
        }
    }

    /// The same, asking for a metric namespace beyond the deployment's own series.
    #[must_use]
    pub fn wishing_for(mut self, namespace: &str) -> Self {
        self.wishes.metrics.push(namespace.into());
        self
    }

    /// The same, sending HTTP requests.
    #[must_use]
    pub fn with_http(mut self) -> Self {
        self.wishes.http = true;
        self
    }

    /// The same, learning from promoted releases.
    #[must_use]
    pub fn with_memory(mut self) -> Self {
        self.wishes.memory = true;
        self
    }
}

impl Issue {
    /// Something wrong at a JSON pointer into the configuration.
    #[must_use]
    pub fn new(pointer: &str, message: impl Into<String>) -> Self {
        Issue { pointer: pointer.into(), message: message.into() }
    }
}

impl Window {
    /// The newest whole minutes of the canary's traffic, `minutes` at most, that are past the lag of
    /// a balancer's metrics. None when there is none.
    #[must_use]
    pub fn newest(situation: &Situation, minutes: u32) -> Option<Self> {
        let all = Window::unconsumed(situation, 0, crate::window::LAG_S)?;
        let closed_s = situation.now.saturating_sub(crate::window::LAG_S);
        let end_s = closed_s - closed_s % PERIOD_S;
        let begin_s = end_s.saturating_sub(minutes.saturating_mul(PERIOD_S)).max(all.begin_s);
        (end_s > begin_s).then_some(Window { begin_s, end_s })
    }
}

impl Question {
    /// One of the deployment's own series, by the minute: always granted. Of a balancer or a target
    /// group it is a metric of `AWS/ApplicationELB`, of a service one of `AWS/ECS`.
    #[must_use]
    pub fn own(
        id: impl Into<String>,
        (side, part): (Side, Part),
        name: &str,
        statistic: &str,
        window: Window,
    ) -> Self {
        let namespace = match part {
            Part::LoadBalancer | Part::TargetGroup(_) => BALANCER_NAMESPACE,
            Part::Service => SERVICE_NAMESPACE,
        };
        let subject = Subject::Of(OwnSeries { side, part });
        series(id.into(), namespace, name, subject, statistic, window)
    }

    /// A series by its dimensions, by the minute: its namespace must be granted.
    #[must_use]
    pub fn metric(
        id: impl Into<String>,
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        statistic: &str,
        window: Window,
    ) -> Self {
        let dimension = |(name, value): &(&str, &str)| Dimension {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        let subject = Subject::Dimensions(dimensions.iter().map(dimension).collect());
        series(id.into(), namespace, name, subject, statistic, window)
    }

    /// Metric math over ids of questions of the same round, by the minute.
    #[must_use]
    pub fn expression(id: impl Into<String>, expression: &str, window: Window) -> Self {
        Question::Expression(ExpressionQuestion {
            id: id.into(),
            expression: expression.into(),
            period_s: PERIOD_S,
            begin: window.begin_s,
            end: window.end_s,
        })
    }

    /// A GET request; `{green}`, `{blue}` and `{fqdn}` in the URL are filled in. Its origin must be
    /// granted.
    #[must_use]
    pub fn get(id: impl Into<String>, url: &str) -> Self {
        Question::Request(RequestQuestion {
            id: id.into(),
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: TIMEOUT_MS,
            follow_redirects: false,
        })
    }
}

fn series(
    id: String,
    namespace: &str,
    name: &str,
    subject: Subject,
    statistic: &str,
    window: Window,
) -> Question {
    Question::Metric(MetricQuestion {
        id,
        namespace: namespace.into(),
        name: name.into(),
        subject,
        statistic: statistic.into(),
        period_s: PERIOD_S,
        begin: window.begin_s,
        end: window.end_s,
    })
}

/// The answer of that id.
///
/// # Errors
/// When there is none.
fn answer<'a>(answers: &'a [Answer], id: &str) -> Result<&'a Answer, Gap> {
    let missing = || Gap::Unanswered(format!("there is no answer to {id}"));
    answers.iter().find(|answer| id_of(answer) == id).ok_or_else(missing)
}

/// The points of the series of that id; none when CloudWatch has no data.
///
/// # Errors
/// When the series is partial (partial data is not data), denied, failed, or not there:
/// [`Verdict::of_gap`] is what to say then.
pub fn points<'a>(answers: &'a [Answer], id: &str) -> Result<&'a [Point], Gap> {
    let answer = answer(answers, id)?;
    Answers::read(std::slice::from_ref(answer))?;
    match answer {
        Answer::Series(series) => Ok(&series.points),
        _ => Err(Gap::Unanswered(format!("the answer to {id} is not a series"))),
    }
}

/// The response of that id.
///
/// # Errors
/// When the request was denied, failed, or is not there.
pub fn response<'a>(answers: &'a [Answer], id: &str) -> Result<&'a ResponseAnswer, Gap> {
    match answer(answers, id)? {
        Answer::Response(response) => Ok(response),
        Answer::Denied(it) => {
            Err(Gap::Unanswered(format!("{id} may not be asked for: {}", it.why)))
        }
        Answer::Failed(it) => Err(Gap::Unanswered(format!("{id} has no answer: {}", it.why))),
        Answer::Series(_) => Err(Gap::Unanswered(format!("the answer to {id} is a series"))),
    }
}

impl Verdict {
    fn new(decision: Decision, code: &str, sentence: impl Into<String>) -> Self {
        Verdict {
            decision,
            code: code.into(),
            sentence: sentence.into(),
            findings: Vec::new(),
            look_again_in_s: None,
        }
    }

    /// The evidence suffices to go on. `code` is a stable word for machines, `sentence` has the
    /// numbers for people.
    #[must_use]
    pub fn promote(code: &str, sentence: impl Into<String>) -> Self {
        Verdict::new(Decision::Promote, code, sentence)
    }

    /// The evidence does not suffice yet.
    #[must_use]
    pub fn hold(code: &str, sentence: impl Into<String>) -> Self {
        Verdict::new(Decision::Hold, code, sentence)
    }

    /// The canary harms: back to the baseline now.
    #[must_use]
    pub fn rollback(code: &str, sentence: impl Into<String>) -> Self {
        Verdict::new(Decision::Rollback, code, sentence)
    }

    /// There is nothing to judge by.
    #[must_use]
    pub fn no_data(code: &str, sentence: impl Into<String>) -> Self {
        Verdict::new(Decision::NoData, code, sentence)
    }

    /// What answers that cannot be judged amount to: a hold when the data is on its way, no data
    /// when there was none.
    #[must_use]
    pub fn of_gap(gap: Gap) -> Self {
        let Ruling { decision, code, sentence } = Ruling::of_gap(gap);
        Verdict::new(decision, code, sentence)
    }

    /// The same with a row of evidence.
    #[must_use]
    pub fn finding(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    /// The same, not to be asked again before so many seconds.
    #[must_use]
    pub fn look_again_in(mut self, seconds: u32) -> Self {
        self.look_again_in_s = Some(seconds);
        self
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        Outcome::Verdict(verdict)
    }
}

impl Finding {
    /// A row of evidence without values.
    #[must_use]
    pub fn new(name: impl Into<String>, status: FindingStatus) -> Self {
        Finding {
            name: name.into(),
            canary: None,
            baseline: None,
            limit: None,
            unit: String::new(),
            status,
            series: Vec::new(),
        }
    }

    /// The same with the canary's value.
    #[must_use]
    pub fn canary(mut self, value: f64) -> Self {
        self.canary = Some(value);
        self
    }

    /// The same with the baseline's value.
    #[must_use]
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    /// The same with what it is held against.
    #[must_use]
    pub fn limit(mut self, value: f64) -> Self {
        self.limit = Some(value);
        self
    }

    /// The same in this unit.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.into();
        self
    }

    /// The same with the newest of these values, 64 at most, as a sparkline.
    #[must_use]
    pub fn series(mut self, values: &[f64]) -> Self {
        self.series = values[values.len().saturating_sub(64)..].to_vec();
        self
    }
}
