//! The two roles of a task: the one it is started with, and the one its containers run with.

use manifest::file::Policy;
use serde_json::{Value, json};

use super::secrets;
use crate::draft::Draft;
use crate::json::Properties;
use crate::logical::untaken;
use crate::names;
use crate::release::Release;

/// What ECS itself needs to start a task: images and log streams.
pub(crate) const MANAGED: &str =
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/// What tells the two kinds of roles apart in their names.
pub(crate) const EXECUTION: &str = "ecs-exec-task";
pub(crate) const TASK: &str = "ecs-task";

/// The role ECS starts tasks with: AWS's own policy, the file's, and the file's secrets.
pub(crate) fn execution_role(release: &Release<'_>, draft: &mut Draft) -> Value {
    let given = &release.file.service.iam_roles.task_execution_role;
    let mut policies = policies(given, "task_execution_role", draft);
    let statements = secrets::statements(release);
    if !statements.is_empty() {
        let name = untaken("AllowReadSecrets", |name| is_taken(given, name));
        policies.push(policy(&name, &statements));
    }
    properties(release, EXECUTION, &policies)
        .with("Path", "/")
        .with("ManagedPolicyArns", [json!({ "Fn::Sub": MANAGED })])
        .into_resource("AWS::IAM::Role")
}

/// The role containers run with; none where the file gives it no policy.
pub(crate) fn task_role(release: &Release<'_>, draft: &mut Draft) -> Option<Value> {
    let given = &release.file.service.iam_roles.task_role;
    let policies = policies(given, "task_role", draft);
    let role = || properties(release, TASK, &policies).into_resource("AWS::IAM::Role");
    (!policies.is_empty()).then(role)
}

fn properties(release: &Release<'_>, kind: &str, policies: &[Value]) -> Properties {
    let (environment, id) = (&release.parameters.environment, release.deployment_id);
    let service = &release.file.service.name;
    let assume = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": ["ecs-tasks.amazonaws.com"] },
            "Action": ["sts:AssumeRole"],
        }],
    });
    Properties::new()
        .with("RoleName", names::role(environment, service, kind, release.label(), id))
        .with("AssumeRolePolicyDocument", assume)
        .list("Policies", policies)
}

/// The file's policies, each under a name of its own: IAM would keep one of two that share theirs.
fn policies(given: &[Policy], role: &str, draft: &mut Draft) -> Vec<Value> {
    let mut policies = Vec::new();
    for (index, it) in given.iter().enumerate() {
        let name = match &it.name {
            Some(name) if is_taken(&given[..index], name) => {
                let at = format!("/service/iam_roles/{role}/{index}/name");
                draft.refuse(at, format!("the role has a policy `{name}` already"));
                continue;
            }
            Some(name) => name.clone(),
            None => untaken(&format!("policy_{}", index + 1), |name| is_taken(given, name)),
        };
        let statement =
            json!({ "Effect": it.effect, "Action": it.actions, "Resource": it.resources });
        policies.push(policy(&name, &[statement]));
    }
    policies
}

fn is_taken(given: &[Policy], name: &str) -> bool {
    given.iter().any(|policy| policy.name.as_deref() == Some(name))
}

fn policy(name: &str, statements: &[Value]) -> Value {
    json!({
        "PolicyName": name,
        "PolicyDocument": { "Version": "2012-10-17", "Statement": statements },
    })
}
