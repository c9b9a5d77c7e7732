//! A gate in a few lines, native: it compares both sides' bad and slow responses since the weight
//! settled. It stands where a component stands in a deployment; its statistics are no example.

use async_trait::async_trait;
use rollout::{Decision, GateDescription, METRIC_PERIOD_S, Side, Verdict};
use runner::question::{
    Answer, MetricQuestion, Part, Question, Situation, Subject, Turn, TurnOutcome,
};
use runner::{GateFault, GateHost};

/// What it asks of either side.
const METRICS: [(&str, &str); 4] = [
    ("RequestCount", "Sum"),
    ("HTTPCode_Target_5XX_Count", "Sum"),
    ("TargetResponseTime", "SampleCount"),
    ("TargetResponseTime", "TC(0.2:)"),
];
/// Seconds after a period's end from which it asks for it.
const LAG_S: u32 = 120;

/// A host of this one gate, whatever it is called.
pub(crate) struct Watchman;

#[async_trait]
impl GateHost for Watchman {
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
        Err(GateFault { code: "native".into(), sentence: format!("{gate} is no component") })
    }

    async fn check(&self, _: &str, _: &str) -> Result<Vec<(String, String)>, GateFault> {
        Ok(Vec::new())
    }

    async fn ask(
        &self,
        _: &str,
        situation: &Situation,
        _: &[u8],
    ) -> Result<Vec<Question>, GateFault> {
        Ok(questions(situation))
    }

    async fn judge(
        &self,
        _: &str,
        _: &Situation,
        answers: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        let outcome = TurnOutcome::Verdict(verdict(answers));
        Ok(Turn { outcome, state: state.to_vec(), notes: String::new() })
    }

    async fn learn(&self, _: &str, _: &Situation, state: &[u8]) -> Result<Vec<u8>, GateFault> {
        Ok(state.to_vec())
    }
}

fn questions(situation: &Situation) -> Vec<Question> {
    let settled = situation.weight_verified_at.plus_s(situation.ttl_s);
    let begin = settled.next_period(METRIC_PERIOD_S);
    let end = situation.now.minus_s(LAG_S).period_begin(METRIC_PERIOD_S);
    if end <= begin {
        return Vec::new();
    }
    let of = |side| {
        METRICS.iter().enumerate().map(move |(index, (name, statistic))| {
            Question::Metric(MetricQuestion {
                id: format!("{side:?}{index}"),
                namespace: "AWS/ApplicationELB".into(),
                name: (*name).into(),
                subject: Subject::Of(side, Part::TargetGroup(0)),
                statistic: (*statistic).into(),
                period_s: METRIC_PERIOD_S,
                begin,
                end,
            })
        })
    };
    let baseline = situation.baseline.is_some().then(|| of(Side::Blue));
    of(Side::Green).chain(baseline.into_iter().flatten()).collect()
}

fn verdict(answers: &[Answer]) -> Verdict {
    let mut sums = [0.0; 2 * METRICS.len()];
    for (sum, answer) in sums.iter_mut().zip(answers) {
        match answer {
            Answer::Series(series) => *sum = series.points.iter().map(|it| it.value).sum(),
            Answer::Failed { why, .. } | Answer::Denied { why, .. } => {
                return Verdict::plain(Decision::NoData, "unanswered", why.as_str());
            }
            Answer::Response(_) => {}
        }
    }
    let [requests, bad, samples, slow, others @ ..] = sums;
    let [their_requests, their_bad, their_samples, their_slow] = others;
    let is_worse =
        |n: f64, k: f64, m: f64, l: f64| k > 20.0 && k / n > 1.6 * (l + 10.0) / m.max(1.0);
    if answers.is_empty() {
        Verdict::plain(Decision::Hold, "not-yet", "no period of this weight is closed yet")
    } else if requests == 0.0 {
        Verdict::plain(Decision::NoData, "no-requests", "the canary had no request")
    } else if their_requests == 0.0 {
        Verdict::plain(Decision::Promote, "alone", "there is nothing to compare with")
    } else if is_worse(requests, bad, their_requests, their_bad) {
        let sentence = format!("{bad} of {requests} bad, {their_bad} of {their_requests} before");
        Verdict::plain(Decision::Rollback, "errors", sentence)
    } else if is_worse(samples, slow, their_samples, their_slow) {
        let sentence = format!("{slow} of {samples} slow, {their_slow} of {their_samples} before");
        Verdict::plain(Decision::Rollback, "slow", sentence)
    } else {
        Verdict::plain(Decision::Promote, "alike", "the canary is like the baseline")
    }
}
