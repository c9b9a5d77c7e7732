//! A gate in a few lines, native: it compares both sides' bad and slow responses since the weight
//! settled. It stands where a component stands in a deployment; its statistics are no example.

use async_trait::async_trait;
use rollout::{Decision, EpochS, GateDescription, METRIC_PERIOD_S, Side, Verdict};
use runner::question::{
    Answer, Completeness, MetricQuestion, Part, Question, Situation, Subject, Turn, TurnOutcome,
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
        state: &[u8],
    ) -> Result<Vec<Question>, GateFault> {
        Ok(questions(situation, &Tally::read(state, situation)))
    }

    async fn judge(
        &self,
        _: &str,
        situation: &Situation,
        answers: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        let mut tally = Tally::read(state, situation);
        let verdict = tally.take(situation, answers).unwrap_or_else(|| tally.verdict());
        let outcome = TurnOutcome::Verdict(verdict);
        Ok(Turn { outcome, state: tally.bytes(), notes: String::new() })
    }

    async fn learn(&self, _: &str, _: &Situation, state: &[u8]) -> Result<Vec<u8>, GateFault> {
        Ok(state.to_vec())
    }
}

/// What was counted since the weight settled: the metrics of green, then those of blue.
struct Tally {
    /// The first period that was not counted yet.
    next: EpochS,
    sums: [f64; 2 * METRICS.len()],
}

impl Tally {
    /// What was kept, unless the weight has changed since.
    fn read(state: &[u8], situation: &Situation) -> Self {
        let settled = situation.weight_verified_at.plus_s(situation.ttl_s);
        let begin = settled.next_period(METRIC_PERIOD_S);
        let mut words = state.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
        let next = EpochS(words.next().unwrap_or(0.0) as u32);
        match next >= begin {
            true => Tally { next, sums: std::array::from_fn(|_| words.next().unwrap_or(0.0)) },
            false => Tally { next: begin, sums: Default::default() },
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let words = [f64::from(self.next.0)].into_iter().chain(self.sums);
        words.flat_map(f64::to_le_bytes).collect()
    }

    /// Counts the answers; a verdict when they cannot be counted.
    fn take(&mut self, situation: &Situation, answers: &[Answer]) -> Option<Verdict> {
        let mut sums = self.sums;
        for (sum, answer) in sums.iter_mut().zip(answers) {
            match answer {
                Answer::Series(series) if series.completeness != Completeness::Partial => {
                    *sum += series.points.iter().map(|it| it.value).sum::<f64>();
                }
                Answer::Failed { why, .. } | Answer::Denied { why, .. } => {
                    return Some(Verdict::plain(Decision::NoData, "unanswered", why.as_str()));
                }
                Answer::Series(_) | Answer::Response(_) => {
                    return Some(Verdict::plain(Decision::NoData, "partial", "more is to come"));
                }
            }
        }
        if !answers.is_empty() {
            self.sums = sums;
            self.next = closed(situation);
        }
        None
    }

    fn verdict(&self) -> Verdict {
        let [requests, bad, samples, slow, others @ ..] = self.sums;
        let [their_requests, their_bad, their_samples, their_slow] = others;
        let is_worse =
            |n: f64, k: f64, m: f64, l: f64| k > 20.0 && k / n > 1.6 * (l + 10.0) / m.max(1.0);
        if requests == 0.0 {
            Verdict::plain(Decision::NoData, "no-requests", "the canary had no request")
        } else if their_requests == 0.0 {
            Verdict::plain(Decision::Promote, "alone", "there is nothing to compare with")
        } else if is_worse(requests, bad, their_requests, their_bad) {
            let why = format!("{bad} of {requests} bad, {their_bad} of {their_requests} before");
            Verdict::plain(Decision::Rollback, "errors", why)
        } else if is_worse(samples, slow, their_samples, their_slow) {
            let why = format!("{slow} of {samples} slow, {their_slow} of {their_samples} before");
            Verdict::plain(Decision::Rollback, "slow", why)
        } else {
            Verdict::plain(Decision::Promote, "alike", "the canary is like the baseline")
        }
    }
}

/// The end of the last period that is past its lag.
fn closed(situation: &Situation) -> EpochS {
    situation.now.minus_s(LAG_S).period_begin(METRIC_PERIOD_S)
}

fn questions(situation: &Situation, tally: &Tally) -> Vec<Question> {
    let (begin, end) = (tally.next, closed(situation));
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
