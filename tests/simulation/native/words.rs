//! Between the words of the runner and those of the gates.

use gate_sdk as sdk;
use rollout::{Decision, EpochS, Finding, FindingStatus, Phase, Side, Verdict};
use runner::question::{
    Answer, Completeness, Dimension, ExpressionQuestion, Header, MetricQuestion, Part, Question,
    Release, RequestQuestion, ResponseAnswer, Situation, Subject, Turn, TurnOutcome,
};

pub(crate) fn situation(from: &Situation) -> sdk::Situation {
    sdk::Situation {
        deployment: from.deployment.clone(),
        service: from.service.clone(),
        environment: from.environment.clone(),
        region: from.region.clone(),
        evaluation: from.evaluation,
        seed: from.seed,
        phase: match from.phase {
            Phase::Preflight => sdk::Phase::Preflight,
            Phase::Shift => sdk::Phase::Shift,
            Phase::Bake => sdk::Phase::Bake,
        },
        step: from.step,
        steps: from.steps,
        weight: from.weight.into(),
        next_weight: from.next_weight.into(),
        now: from.now.0,
        started_at: from.started_at.0,
        weight_verified_at: from.weight_verified_at.0,
        ttl_s: from.ttl_s,
        canary_traffic_at: from.canary_traffic_at.map(|EpochS(at)| at),
        round: from.round,
        baseline: from.baseline.as_ref().map(release),
        canary: release(&from.canary),
        configuration: from.configuration.clone(),
        memory: from.memory.clone(),
        extensions: Vec::new(),
    }
}

fn release(from: &Release) -> sdk::Release {
    sdk::Release {
        version: from.version.clone(),
        label: from.label.clone(),
        started_at: from.started_at.0,
        weight: from.weight.into(),
        tasks_desired: from.tasks_desired,
        tasks_running: from.tasks_running,
        targets_healthy: from.targets_healthy,
        targets_unhealthy: from.targets_unhealthy,
        address: from.place.address.clone(),
        load_balancer: dimensions(&from.place.load_balancer),
        target_groups: from.place.target_groups.iter().map(|it| dimensions(it)).collect(),
        service: dimensions(&from.place.service),
    }
}

fn dimensions(from: &[Dimension]) -> Vec<sdk::Dimension> {
    let dimension =
        |it: &Dimension| sdk::Dimension { name: it.name.clone(), value: it.value.clone() };
    from.iter().map(dimension).collect()
}

pub(super) fn question(from: sdk::Question) -> Question {
    match from {
        sdk::Question::Metric(from) => metric(from),
        sdk::Question::Request(from) => request(from),
        sdk::Question::Expression(from) => Question::Expression(ExpressionQuestion {
            id: from.id,
            expression: from.expression,
            period_s: from.period_s,
            begin: EpochS(from.begin),
            end: EpochS(from.end),
        }),
    }
}

fn request(from: sdk::RequestQuestion) -> Question {
    let headers = from.headers.into_iter();
    Question::Request(RequestQuestion {
        id: from.id,
        method: from.method,
        url: from.url,
        headers: headers.map(|it| Header { name: it.name, value: it.value }).collect(),
        body: from.body,
        timeout_ms: from.timeout_ms,
        follow_redirects: from.follow_redirects,
    })
}

fn metric(from: sdk::MetricQuestion) -> Question {
    Question::Metric(MetricQuestion {
        id: from.id,
        namespace: from.namespace,
        name: from.name,
        subject: subject(from.subject),
        statistic: from.statistic,
        period_s: from.period_s,
        begin: EpochS(from.begin),
        end: EpochS(from.end),
    })
}

fn subject(from: sdk::Subject) -> Subject {
    let own = match from {
        sdk::Subject::Of(own) => own,
        sdk::Subject::Dimensions(all) => {
            let dimension = |it: sdk::Dimension| Dimension { name: it.name, value: it.value };
            return Subject::Dimensions(all.into_iter().map(dimension).collect());
        }
    };
    let side = match own.side {
        sdk::Side::Canary => Side::Green,
        sdk::Side::Baseline => Side::Blue,
    };
    let part = match own.part {
        sdk::Part::LoadBalancer => Part::LoadBalancer,
        sdk::Part::TargetGroup(place) => Part::TargetGroup(place),
        sdk::Part::Service => Part::Service,
    };
    Subject::Of(side, part)
}

pub(super) fn answer(from: &Answer) -> sdk::Answer {
    match from {
        Answer::Series(from) => sdk::Answer::Series(sdk::SeriesAnswer {
            id: from.id.clone(),
            points: from
                .points
                .iter()
                .map(|point| sdk::Point { time: point.time.0, value: point.value })
                .collect(),
            completeness: match from.completeness {
                Completeness::Complete => sdk::Completeness::Complete,
                Completeness::Partial => sdk::Completeness::Partial,
                Completeness::Empty => sdk::Completeness::Empty,
            },
        }),
        Answer::Failed { id, why, retryable } => sdk::Answer::Failed(sdk::FailedAnswer {
            id: id.clone(),
            why: why.clone(),
            retryable: *retryable,
        }),
        Answer::Response(from) => sdk::Answer::Response(response(from)),
        Answer::Denied { id, why } => {
            sdk::Answer::Denied(sdk::DeniedAnswer { id: id.clone(), why: why.clone() })
        }
    }
}

fn response(from: &ResponseAnswer) -> sdk::ResponseAnswer {
    let header = |it: &Header| sdk::Header { name: it.name.clone(), value: it.value.clone() };
    let timings = &from.timings;
    sdk::ResponseAnswer {
        id: from.id.clone(),
        status: from.status.into(),
        headers: from.headers.iter().map(header).collect(),
        body: from.body.clone(),
        truncated: from.truncated,
        timings: sdk::Timings {
            resolved_ms: timings.resolved_ms,
            connected_ms: timings.connected_ms,
            first_byte_ms: timings.first_byte_ms,
            total_ms: timings.total_ms,
        },
    }
}

pub(super) fn turn(from: sdk::Turn) -> Turn {
    let outcome = match from.outcome {
        sdk::Outcome::More(more) => TurnOutcome::More(more.into_iter().map(question).collect()),
        sdk::Outcome::Verdict(from) => TurnOutcome::Verdict(verdict(from)),
    };
    Turn { outcome, state: from.state, notes: from.notes }
}

fn verdict(from: sdk::Verdict) -> Verdict {
    Verdict {
        decision: match from.decision {
            sdk::Decision::Promote => Decision::Promote,
            sdk::Decision::Hold => Decision::Hold,
            sdk::Decision::Rollback => Decision::Rollback,
            sdk::Decision::NoData => Decision::NoData,
        },
        code: from.code,
        sentence: from.sentence,
        findings: from.findings.into_iter().map(finding).collect(),
        look_again_in_s: from.look_again_in_s,
    }
}

fn finding(from: sdk::Finding) -> Finding {
    Finding {
        name: from.name,
        canary: from.canary,
        baseline: from.baseline,
        limit: from.limit,
        unit: from.unit,
        status: match from.status {
            sdk::FindingStatus::Ok => FindingStatus::Ok,
            sdk::FindingStatus::Warning => FindingStatus::Warning,
            sdk::FindingStatus::Bad => FindingStatus::Bad,
            sdk::FindingStatus::NoData => FindingStatus::NoData,
        },
        series: from.series,
    }
}
