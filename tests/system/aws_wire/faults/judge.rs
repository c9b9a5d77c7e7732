//! What an end must be like, and the way to it, read from the emulator.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sts::primitives::{DateTime, DateTimeFormat};
use rollout::Goal;
use serde_json::{Value, json};

use super::super::world::World;
use super::standing::list;
use super::story::{BAKE_S, DRAIN_S, INITIAL_S, INSYNC_S, NAMES, Story, TASKS};

/// Weights of a name from an instant on, by label.
type Weights = BTreeMap<String, u64>;

/// What is to be judged of the way.
pub(crate) struct Course<'a> {
    story: Story,
    world: &'a World,
    calls: Vec<Value>,
    weights: Vec<Value>,
    complaints: Vec<String>,
}

/// What the way to an end breaks of the promises, a sentence each.
pub(crate) fn course(story: Story, world: &World) -> Vec<String> {
    let all = |path: &str| world.get(path, &Value::Null).as_array().cloned().unwrap_or_default();
    let (calls, weights) = (all("calls"), all("weights"));
    let mut course = Course { story, world, calls, weights, complaints: Vec::new() };
    course.splits_are_whole();
    course.writes_are_swaps();
    course.green_rises_in_health();
    course.blue_is_left_alone();
    course.deletions_come_last();
    course.people_are_told_the_truth();
    course.complaints
}

/// When a call or a change was.
fn at(of: &Value) -> f64 {
    of["at"].as_f64().unwrap_or_default()
}

/// An instant as boto3 gives it.
fn instant(of: &Value) -> Option<f64> {
    let text = of.as_str()?.replacen(' ', "T", 1);
    DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset).ok().map(|it| it.as_secs_f64())
}

/// What an undisturbed end lacks of what the story is for, a sentence each.
pub(crate) fn end(story: Story, lines: &BTreeSet<String>) -> Vec<String> {
    let has = |line: &str| lines.iter().any(|it| it.starts_with(line));
    let mut complaints = Vec::new();
    if story.goal() == Goal::Undeploy {
        let left = lines.iter().filter(|it| it.contains("webapi") && !it.starts_with("scaling"));
        complaints.extend(left.map(|it| format!("S12: left is {it}")));
    }
    if story == Story::Shared && !has("listener stage-private-1:8080 with 2 rules") {
        complaints.push("S17: another service's listener is gone".to_owned());
    }
    if matches!(story, Story::First | Story::Second) {
        let (green, blue) = (story.green(), story.blue());
        let mut wanted = vec![
            "stack stage-webapi-0 CREATE_COMPLETE".to_owned(),
            format!("stack stage-webapi-{green} CREATE_COMPLETE"),
            format!("service webapi-{green}: {TASKS} of {TASKS} tasks run"),
            format!("registry webapi: release {green}, version 1.1.0"),
        ];
        for name in NAMES {
            wanted.push(format!("record {name}. {green}: weight 100, TTL 60"));
            wanted.push(format!("record {name}. {blue}: weight 0, TTL 60"));
        }
        complaints.extend(wanted.iter().filter(|it| !has(it)).map(|it| format!("lacks {it}")));
        let unwanted = [format!("stack stage-webapi-{blue}"), format!("service webapi-{blue}")];
        complaints
            .extend(unwanted.iter().filter(|it| has(it)).map(|it| format!("S12: left is {it}")));
        let suspended = |it: &&String| it.contains("InSuspended\":true") || it.contains("ecs-crd:");
        let suspended = lines.iter().filter(|it| it.starts_with("scaling")).filter(suspended);
        complaints.extend(suspended.map(|it| format!("S06: scale-in stays suspended: {it}")));
    }
    complaints
}

impl Course<'_> {
    fn complain(&mut self, what: String) {
        self.complaints.push(what);
    }

    /// The changes of weights that leave records at a name; the rest is a removal.
    fn splits(&self) -> impl Iterator<Item = (&Value, Weights)> {
        let label =
            |(label, weight): (&String, &Value)| (label.clone(), weight.as_u64().unwrap_or(0));
        let split = move |it: &Value| -> Weights {
            it["weights"].as_object().into_iter().flatten().map(label).collect()
        };
        self.weights.iter().map(move |it| (it, split(it))).filter(|(_, it)| it.len() > 1)
    }

    /// S03: whoever reads a name finds two weights whose sum is 100, until the service is gone.
    fn splits_are_whole(&mut self) {
        let is_whole = |it: &Weights| it.len() == 2 && it.values().sum::<u64>() == 100;
        let torn: Vec<_> =
            self.splits().filter(|(_, it)| !is_whole(it)).map(|(it, _)| it.to_string()).collect();
        for it in torn {
            self.complain(format!("S03: a split is torn: {it}"));
        }
        let mut gone = BTreeSet::new();
        let mut back = Vec::new();
        for change in &self.weights {
            let name = change["name"].to_string();
            if change["weights"].as_object().is_some_and(|it| it.len() < 2) {
                gone.insert(name);
            } else if gone.contains(&name) {
                back.push(change.to_string());
            }
        }
        for it in back {
            self.complain(format!("S03: records were gone and came back: {it}"));
        }
        let removes = self.story.goal() == Goal::Undeploy || self.story == Story::FirstSick;
        if !removes && !gone.is_empty() {
            self.complain(format!("S03: records of {gone:?} were removed"));
        }
    }

    /// S04: records are deleted as they were read and made anew, never overwritten.
    fn writes_are_swaps(&mut self) {
        let writes = self.calls.iter().filter(|it| it["operation"] == "ChangeResourceRecordSets");
        let upserts: Vec<_> = writes
            .filter(|it| it["parameters"].to_string().contains("UPSERT"))
            .map(Value::to_string)
            .collect();
        for it in upserts {
            self.complain(format!("S04: records were overwritten: {it}"));
        }
    }

    /// S05: when green gets more, as many tasks as were asked for have been healthy.
    fn green_rises_in_health(&mut self) {
        let spans = self.spans(&format!("service:webapi-{}", self.story.green()));
        let mut before: BTreeMap<String, u64> = BTreeMap::new();
        let mut early = Vec::new();
        for (change, split) in self.splits() {
            let green = split.get(self.story.green()).copied().unwrap_or_default();
            let former = before.insert(change["name"].to_string(), green).unwrap_or_default();
            let healthy =
                |(from, to): &&(f64, f64)| from + INITIAL_S <= at(change) && at(change) < *to;
            if green > former && spans.iter().filter(healthy).count() < TASKS {
                early.push(format!("S05: green rose before it was healthy: {change}, {spans:?}"));
            }
        }
        self.complaints.extend(early);
    }

    /// When each task of a group ran.
    fn spans(&self, group: &str) -> Vec<(f64, f64)> {
        let cluster = &self.world.made["cluster_arn"];
        let mut spans = Vec::new();
        for status in ["RUNNING", "STOPPED"] {
            let asked = json!({ "cluster": cluster, "desiredStatus": status });
            let arns = list(self.world, "ecs", "ListTasks", asked);
            if arns.is_empty() {
                continue;
            }
            let asked = json!({ "cluster": cluster, "tasks": arns });
            let tasks = self.world.aws("ecs", "DescribeTasks", asked);
            let own =
                tasks["tasks"].as_array().into_iter().flatten().filter(|it| it["group"] == group);
            let span = |it: &Value| Some((instant(&it["startedAt"])?, instant(&it["stoppedAt"])));
            let begun = own.filter_map(span);
            spans.extend(begun.map(|(from, to)| (from, to.unwrap_or(f64::MAX))));
        }
        spans
    }

    /// S06: blue keeps its tasks, and is kept from scaling in before green gets anything.
    fn blue_is_left_alone(&mut self) {
        if !self.story.has_blue() || self.story.goal() == Goal::Undeploy {
            return;
        }
        let named = |it: &&Value| it["parameters"].to_string().contains("webapi-1\"");
        let of = |operation: &'static str| {
            self.calls.iter().filter(move |it| it["operation"] == operation).filter(named)
        };
        let scaled = of("UpdateService").map(Value::to_string).collect::<Vec<_>>();
        let suspended = of("RegisterScalableTarget").map(at).next();
        let first =
            self.splits().filter(|(_, it)| it.get("2") > Some(&0)).map(|(it, _)| at(it)).next();
        if let Some(first) = first
            && suspended.is_none_or(|suspended| suspended > first)
        {
            self.complain(format!("S06: blue could scale in when green rose at {first}"));
        }
        for it in scaled {
            self.complain(format!("S06: blue was scaled: {it}"));
        }
    }

    /// S14: people are told as well as the exit code tells it; they may be told twice, and not at
    /// all where SNS takes nothing.
    fn people_are_told_the_truth(&mut self) {
        let mark = if self.story.exit_code() == 0 { "[SUCCESS]" } else { "[FAIL]" };
        let messages = self.world.get("messages", &Value::Null);
        let subjects: Vec<&str> = messages
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| it["subject"].as_str())
            .collect();
        let is_refused = |it: &Value| it["operation"] == "Publish" && it["fault"] == "throttle";
        let is_true = subjects.iter().all(|it| it.starts_with(mark));
        if !is_true || subjects.is_empty() && !self.calls.iter().any(is_refused) {
            self.complain(format!("S14: people were told {subjects:?}"));
        }
    }

    /// S06, S07: a side is deleted once the other has everything, for long enough.
    fn deletions_come_last(&mut self) {
        if self.story.goal() == Goal::Undeploy {
            return;
        }
        for (side, other, after_s) in [
            (self.story.blue(), self.story.green(), INSYNC_S + BAKE_S + DRAIN_S),
            (self.story.green(), self.story.blue(), INSYNC_S + DRAIN_S),
        ] {
            let stack = format!("stage-webapi-{side}");
            let is_deletion = |it: &&Value| {
                it["operation"] == "DeleteStack" && it["parameters"].to_string().contains(&stack)
            };
            let Some(deleted) = self.calls.iter().find(is_deletion).map(at) else { continue };
            let green_had_traffic =
                self.splits().any(|(_, it)| it.get(self.story.green()) > Some(&0));
            let after_s = if green_had_traffic { after_s } else { 0.0 };
            for name in NAMES {
                let name = format!("{name}.");
                let of_name = self.splits().filter(|(it, _)| it["name"] == name.as_str());
                let last = of_name.filter(|(it, _)| at(it) <= deleted).last();
                let fits = last.as_ref().is_none_or(|(it, split)| {
                    split.get(other) == Some(&100) && at(it) + after_s <= deleted
                });
                if !fits {
                    let last = format!("{last:?}");
                    self.complain(format!(
                        "S06, S07: {stack} was deleted at {deleted} too early: {last}"
                    ));
                }
            }
        }
    }
}
