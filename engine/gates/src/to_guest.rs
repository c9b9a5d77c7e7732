//! What a gate is told, in the words of the contract.

use rollout::{EpochS, Phase};
use runner::question::{
    Answer, Completeness, Dimension, Header, Release, ResponseAnswer, SeriesAnswer, Situation,
};

use crate::bindings::wit;

/// A situation. There is nothing to extend it with in this version of the host.
pub(crate) fn situation(from: &Situation) -> wit::Situation {
    wit::Situation {
        deployment: from.deployment.clone(),
        service: from.service.clone(),
        environment: from.environment.clone(),
        region: from.region.clone(),
        evaluation: from.evaluation,
        seed: from.seed,
        phase: phase(from.phase),
        step: from.step,
        steps: from.steps,
        weight: u32::from(from.weight),
        next_weight: u32::from(from.next_weight),
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

fn phase(from: Phase) -> wit::Phase {
    match from {
        Phase::Preflight => wit::Phase::Preflight,
        Phase::Shift => wit::Phase::Shift,
        Phase::Bake => wit::Phase::Bake,
    }
}

fn release(from: &Release) -> wit::Release {
    wit::Release {
        version: from.version.clone(),
        label: from.label.clone(),
        started_at: from.started_at.0,
        weight: u32::from(from.weight),
        tasks_desired: from.tasks_desired,
        tasks_running: from.tasks_running,
        targets_healthy: from.targets_healthy,
        targets_unhealthy: from.targets_unhealthy,
        address: from.place.address.clone(),
        load_balancer: dimensions(&from.place.load_balancer),
        target_groups: from.place.target_groups.iter().map(|group| dimensions(group)).collect(),
        service: dimensions(&from.place.service),
    }
}

fn dimensions(from: &[Dimension]) -> Vec<wit::Dimension> {
    from.iter().map(|d| wit::Dimension { name: d.name.clone(), value: d.value.clone() }).collect()
}

/// The answers of a round.
pub(crate) fn answers(from: &[Answer]) -> Vec<wit::Answer> {
    from.iter().map(answer).collect()
}

fn answer(from: &Answer) -> wit::Answer {
    match from {
        Answer::Series(series) => wit::Answer::Series(series_answer(series)),
        Answer::Response(response) => wit::Answer::Response(response_answer(response)),
        Answer::Denied { id, why } => {
            wit::Answer::Denied(wit::DeniedAnswer { id: id.clone(), why: why.clone() })
        }
        Answer::Failed { id, why, retryable } => wit::Answer::Failed(wit::FailedAnswer {
            id: id.clone(),
            why: why.clone(),
            retryable: *retryable,
        }),
    }
}

fn series_answer(from: &SeriesAnswer) -> wit::SeriesAnswer {
    wit::SeriesAnswer {
        id: from.id.clone(),
        points: from
            .points
            .iter()
            .map(|point| wit::Point { time: point.time.0, value: point.value })
            .collect(),
        completeness: match from.completeness {
            Completeness::Complete => wit::Completeness::Complete,
            Completeness::Partial => wit::Completeness::Partial,
            Completeness::Empty => wit::Completeness::Empty,
        },
    }
}

fn response_answer(from: &ResponseAnswer) -> wit::ResponseAnswer {
    wit::ResponseAnswer {
        id: from.id.clone(),
        status: u32::from(from.status),
        headers: from.headers.iter().map(header).collect(),
        body: from.body.clone(),
        truncated: from.truncated,
        timings: wit::Timings {
            resolved_ms: from.timings.resolved_ms,
            connected_ms: from.timings.connected_ms,
            first_byte_ms: from.timings.first_byte_ms,
            total_ms: from.timings.total_ms,
        },
    }
}

fn header(from: &Header) -> wit::Header {
    wit::Header { name: from.name.clone(), value: from.value.clone() }
}
