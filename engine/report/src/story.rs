//! What a run prints last: outcome, why, when, how many requests were harmed, what stands where.

use rollout::{Ended, EpochS, EventRecord, Goal, Outcome, Started, What};

use crate::clock::{date_time, time_of_day, took};

/// Columns of a line.
const WIDTH: usize = 80;

/// The story of a run; while it has not ended, where it stands.
#[must_use]
pub fn story(events: &[EventRecord]) -> String {
    let started = events.iter().find_map(|event| match &event.what {
        What::Started(started) => Some((event.at, started.as_ref())),
        _ => None,
    });
    let ended = events.iter().rev().find_map(|event| match &event.what {
        What::Ended(ended) => Some((event, ended.as_ref())),
        _ => None,
    });
    let Some((began_at, started)) = started else { return "nothing has happened yet\n".to_owned() };
    let mut lines = vec![headline(started, ended.map(|(_, ended)| ended))];
    if let Some((event, ended)) = ended {
        lines.push(field("why", &ended.why));
        lines.push(field("when", &when(began_at, event.at, ended.took_s)));
        if started.goal == Goal::Deploy {
            lines.push(field("harm", &harm(ended)));
        }
        let standing = ended.standing.iter().map(|it| format!("{}: {}", it.what, it.state));
        let standing = standing.collect::<Vec<_>>().join("; ");
        if !standing.is_empty() {
            lines.push(field("stands", &standing));
        }
        if !ended.left.is_empty() {
            lines.push(field("left", &ended.left.join("; ")));
        }
        let next = next(ended.outcome, &event.deployment);
        if !next.is_empty() {
            lines.push(field("next", &next));
        }
    } else {
        lines.push(field("began", &date_time(began_at)));
    }
    lines.join("")
}

fn headline(started: &Started, ended: Option<&Ended>) -> String {
    let Started { service, environment, version, .. } = started;
    let what = match started.goal {
        Goal::Deploy => format!("{service} {version} on {environment}"),
        Goal::Undeploy => format!("{service} on {environment}"),
    };
    let outcome = match ended {
        None => "under way".to_owned(),
        Some(ended) => {
            let word = match ended.outcome {
                Outcome::Promoted => "PROMOTED",
                Outcome::RolledBack => "ROLLED BACK",
                Outcome::Halted => "HALTED: a person is needed",
                Outcome::Interrupted => "INTERRUPTED",
                Outcome::Undeployed => "UNDEPLOYED",
            };
            format!("{word} (exit {})", ended.exit_code)
        }
    };
    format!("{what}: {outcome}\n")
}

fn when(began_at: EpochS, ended_at: EpochS, took_s: u32) -> String {
    let (began, ended) = (date_time(began_at), time_of_day(ended_at));
    format!("{began} to {ended} UTC, {}", took(took_s))
}

fn harm(ended: &Ended) -> String {
    let canary = ended.canary;
    let harmed = match ended.harmed {
        0 => "no request was harmed".to_owned(),
        1 => "1 request was harmed".to_owned(),
        many => format!("{many} requests were harmed"),
    };
    format!("{harmed}; the new release served {}, {} of them bad", canary.requests, canary.bad)
}

fn next(outcome: Outcome, deployment: &str) -> String {
    match outcome {
        Outcome::Halted => format!(
            "`ecs-crd resume {deployment}` goes on, `ecs-crd abort {deployment}` goes back to blue"
        ),
        Outcome::Interrupted => format!("`ecs-crd resume {deployment}` goes on"),
        Outcome::Promoted | Outcome::RolledBack | Outcome::Undeployed => String::new(),
    }
}

/// A named line, wrapped at 80 columns under its own indentation.
fn field(name: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = format!("  {name:<7}");
    let mut used = 0;
    for word in text.split_whitespace() {
        if used > 0 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line = " ".repeat(9);
        }
        line.push(' ');
        line.push_str(word);
        used += 1;
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_wrap_at_80_columns_and_lose_nothing() {
        let text = "word ".repeat(60);
        let wrapped = field("why", &text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH), "{wrapped}");
        assert_eq!(wrapped.split_whitespace().count(), 61);
    }

    #[test]
    fn nothing_that_happened_is_no_story() {
        assert_eq!(story(&[]), "nothing has happened yet\n");
    }
}
