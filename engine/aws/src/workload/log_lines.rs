//! The last log lines of a task, where its containers write to CloudWatch Logs.

use std::collections::HashMap;

use aws_sdk_ecs::types::{ContainerDefinition, LogDriver, Task};
use runner::{CallErrorKind, Called};

use super::crash::task_id;
use crate::aws::Aws;
use crate::error::{call_error, code};

/// Lines of a container.
const LINES: i32 = 10;
/// Letters of a line.
const LETTERS: usize = 400;

/// Where a container of a task writes: a log group and a stream in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stream {
    container: String,
    group: String,
    name: String,
}

/// The last lines of each container of a task, or why they cannot be read: a permission that lacks
/// is no reason to keep what is to be deleted.
///
/// # Errors
/// When AWS does not answer.
pub(super) async fn last(aws: &Aws, task: &Task) -> Called<Vec<String>> {
    let id = task_id(task.task_arn().unwrap_or_default());
    let mut lines = Vec::new();
    for stream in streams(aws, task, id).await? {
        let place = format!("{} of task {id}: log", stream.container);
        match read(aws, &stream).await {
            Ok(events) => lines.extend(events.iter().map(|it| format!("{place}: {}", cut(it)))),
            Err(error) if matches!(error.kind, CallErrorKind::Refused | CallErrorKind::Missing) => {
                lines.push(format!("{place} cannot be read: {error}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(lines)
}

async fn streams(aws: &Aws, task: &Task, id: &str) -> Called<Vec<Stream>> {
    let Some(arn) = task.task_definition_arn() else { return Ok(Vec::new()) };
    let answer = aws.clients().ecs.describe_task_definition().task_definition(arn).send().await;
    let answer =
        answer.map_err(|error| call_error(&format!("DescribeTaskDefinition of {arn}"), error))?;
    let definition = answer.task_definition();
    let containers = definition.map(|it| it.container_definitions()).unwrap_or_default();
    Ok(containers.iter().filter_map(|container| stream(container, id)).collect())
}

/// `PREFIX/CONTAINER/TASK` (Amazon ECS developer guide, "Send Amazon ECS logs to CloudWatch",
/// awslogs-stream-prefix); without a prefix the stream is named by Docker, and not to be found.
fn stream(container: &ContainerDefinition, task_id: &str) -> Option<Stream> {
    let configuration = container.log_configuration()?;
    if *configuration.log_driver() != LogDriver::Awslogs {
        return None;
    }
    let options: &HashMap<String, String> = configuration.options()?;
    let (name, prefix) = (container.name()?, options.get("awslogs-stream-prefix")?);
    Some(Stream {
        container: name.to_owned(),
        group: options.get("awslogs-group")?.clone(),
        name: format!("{prefix}/{name}/{task_id}"),
    })
}

/// The newest events (API reference, "GetLogEvents": the latest first page unless `startFromHead`).
/// A container that never ran has no stream.
async fn read(aws: &Aws, stream: &Stream) -> Called<Vec<String>> {
    let Stream { group, name, .. } = stream;
    let request = aws
        .clients()
        .logs
        .get_log_events()
        .log_group_name(group)
        .log_stream_name(name)
        .limit(LINES)
        .start_from_head(false);
    match request.send().await {
        Ok(answer) => {
            let events = answer.events().iter().filter_map(|event| event.message());
            Ok(events.map(str::to_owned).collect())
        }
        Err(error) if code(&error) == "ResourceNotFoundException" => Ok(Vec::new()),
        Err(error) => Err(call_error(&format!("GetLogEvents of {group} {name}"), error)),
    }
}

fn cut(line: &str) -> String {
    line.trim_end().chars().take(LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::LogConfiguration;

    use super::*;

    fn container(driver: LogDriver, options: &[(&str, &str)]) -> ContainerDefinition {
        let options = options.iter().map(|(key, value)| ((*key).into(), (*value).into()));
        let configuration =
            LogConfiguration::builder().log_driver(driver).set_options(Some(options.collect()));
        let configuration = configuration.build().expect("it has a driver");
        ContainerDefinition::builder().name("web").log_configuration(configuration).build()
    }

    #[test]
    fn a_stream_is_named_for_prefix_container_and_task() {
        let options =
            [("awslogs-group", "/aws/ecs/stage/service/shop"), ("awslogs-stream-prefix", "1.2")];
        let found = stream(&container(LogDriver::Awslogs, &options), "1dc5").expect("it has one");
        assert_eq!(
            (found.group.as_str(), found.name.as_str()),
            ("/aws/ecs/stage/service/shop", "1.2/web/1dc5")
        );
        assert_eq!(stream(&container(LogDriver::Awslogs, &options[..1]), "1dc5"), None);
        assert_eq!(stream(&container(LogDriver::Fluentd, &options), "1dc5"), None);
    }
}
