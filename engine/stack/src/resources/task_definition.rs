//! The task definition.

use serde_json::Value;

use super::{container, volume};
use crate::json::{Properties, attribute, joined, reference, tag};
use crate::release::Release;

pub(crate) fn task_definition(release: &Release<'_>, has_task_role: bool) -> Value {
    let service = &release.file.service;
    let containers: Vec<Value> =
        service.containers.iter().map(|it| container::container(release, it)).collect();
    let volumes: Vec<Value> = service.volumes.iter().map(volume::volume).collect();
    let tags = [("Project", "ProjectName"), ("Service", "ServiceName")]
        .into_iter()
        .chain([("Version", "Version"), ("CanaryRelease", "CanaryRelease")])
        .map(|(key, parameter)| tag(key, reference(parameter)))
        .collect::<Vec<_>>();
    Properties::new()
        .with("Family", joined("-", &[reference("Environment"), reference("ServiceName")]))
        .with("ExecutionRoleArn", attribute("TaskExecutionRole", "Arn"))
        .maybe("TaskRoleArn", has_task_role.then(|| attribute("TaskRole", "Arn")))
        .maybe("Cpu", service.cpu)
        .maybe("Memory", service.memory)
        .maybe("NetworkMode", service.network_mode)
        .maybe("IpcMode", service.ipc_mode)
        .maybe("PidMode", service.pid_mode)
        .list("RequiresCompatibilities", &service.requires_compatibilities)
        .list("Volumes", &volumes)
        .with("ContainerDefinitions", containers)
        .with("Tags", tags)
        .into_resource("AWS::ECS::TaskDefinition")
}
