//! The stories that are played: what the account holds, what is done there, and how it ends.

use rollout::{EpochS, Goal};
use serde_json::{Value, json};

use super::super::world::World;

/// When every story begins: on a whole hour, so that readings lie on the same grid each time.
const BEGIN: EpochS = EpochS(2_000_001_600);
/// Seconds from a target's registration to its health.
pub(crate) const INITIAL_S: f64 = 2.0;
/// Seconds from a change of records to INSYNC.
pub(crate) const INSYNC_S: f64 = 2.0;
/// `bake`, seconds.
pub(crate) const BAKE_S: f64 = 5.0;
/// `drain`, seconds.
pub(crate) const DRAIN_S: f64 = 20.0;
/// `desired`.
pub(crate) const TASKS: usize = 2;
/// The two names, each in a zone of its own.
pub(crate) const NAMES: [&str; 2] = ["webapi.example.com", "webapi.example.org"];

/// What is deployed: tasks of both sides are scaled, and people are told.
const FILE: &str = r#"
canary:
  group: private
  releases: { blue: 1, green: 2 }
  scale: { desired: 2, wait: 3, max_wait: 300 }
  strategy: [{ weight: 50, wait: 5 }]
  bake: 5
  drain: 20
  sns_topic_notifications:
    on_success: arn:aws:sns:{{region}}:{{account_id}}:deployed
    on_fail: arn:aws:sns:{{region}}:{{account_id}}:failed
service:
  project: demo
  name: webapi
  version: "1.1.0"
  fqdn: [webapi.example.com, webapi.example.org]
  auto_scaling:
    min_capacity: 2
    max_capacity: 8
    role_arn: arn:aws:iam::{{account_id}}:role/scaling
    auto_scaling_policies:
      - policy_name: webapi-up
        policy_type: StepScaling
        step_scaling_policy_configuration:
          adjustment_type: ChangeInCapacity
          cooldown: 60
          step_adjustments: [{ metric_interval_lower_bound: 0, scaling_adjustment: 1 }]
        cloudwatch_alarms:
          - metric_name: CPUUtilization
            namespace: AWS/ECS
            statistic: Average
            period: 60
            evaluation_periods: 2
            threshold: 75
            comparison_operator: GreaterThanOrEqualToThreshold
  containers:
    - name: webapi
      image: nginx:1.25
      port_mappings: [{ container_port: 8080 }]
target_groups:
  - container: { name: webapi, port: 8080 }
    health_check: { path: /health }
listeners:
  - port: 8080
    target_group: { container: { name: webapi, port: 8080 } }
"#;

/// A story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Story {
    /// A service's first release.
    First,
    /// A release beside one that serves.
    Second,
    /// A first release whose targets fall ill once they serve.
    FirstSick,
    /// The same of a release beside one that serves.
    SecondSick,
    /// A service is taken down.
    Undeploy,
    /// The same of one whose listener another service uses, and which therefore stays.
    Shared,
}

impl Story {
    /// The file of the release. Who falls ill has the time to do so at the first weight.
    pub(crate) fn file(self) -> String {
        match self.is_sick() {
            true => FILE.replace("wait: 5 }", "wait: 40 }").replace("bake: 5", "bake: 40"),
            false => FILE.to_owned(),
        }
    }

    fn is_sick(self) -> bool {
        matches!(self, Story::FirstSick | Story::SecondSick)
    }

    /// What is done.
    pub(crate) fn goal(self) -> Goal {
        match self {
            Story::Undeploy | Story::Shared => Goal::Undeploy,
            _ => Goal::Deploy,
        }
    }

    /// The exit code at its end.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Story::FirstSick | Story::SecondSick => 11,
            // What stays for others is named, and the outcome stands.
            _ => 0,
        }
    }

    /// Whether a release serves at the beginning.
    pub(crate) fn has_blue(self) -> bool {
        !matches!(self, Story::First | Story::FirstSick)
    }

    /// The label of the new release.
    pub(crate) fn green(self) -> &'static str {
        if self.has_blue() { "2" } else { "1" }
    }

    /// The label of the other side.
    pub(crate) fn blue(self) -> &'static str {
        if self.has_blue() { "1" } else { "2" }
    }

    /// An account without the service.
    pub(crate) fn surroundings() -> World {
        let world = World::new(&json!({
            "zones": ["example.com", "example.org"], "topics": ["deployed", "failed"],
            "roles": ["scaling"],
        }));
        world.advance_to(BEGIN);
        world
    }

    /// An account in which it can begin.
    pub(crate) fn world(self) -> World {
        let world = Story::surroundings();
        if self.has_blue() {
            let live = world.post("live", &json!({ "fqdns": NAMES }));
            if self == Story::Shared {
                share(&world, &live["listener"]);
            }
            world.aws("application-autoscaling", "RegisterScalableTarget", scaling("1"));
        }
        world.post(
            "settings",
            &json!({
                "stack_resource_s": 0.1, "task_start_s": 1, "health_initial_s": INITIAL_S,
                "insync_s": INSYNC_S,
            }),
        );
        if self.is_sick() {
            let well = json!({ "after_s": INITIAL_S, "state": "healthy" });
            let ill = json!({ "after_s": 25, "state": "unhealthy", "reason": "Target.Timeout" });
            let service = format!("webapi-{}", self.green());
            world.post("health", &json!({ "service": service, "phases": [well, ill] }));
        }
        world
    }
}

/// Another service puts a rule on a listener.
fn share(world: &World, listener: &Value) {
    let group = json!({
        "Name": "theirs", "Protocol": "HTTP", "Port": 80, "VpcId": world.made["vpc_id"],
    });
    let group = world.aws("elbv2", "CreateTargetGroup", group);
    world.aws(
        "elbv2",
        "CreateRule",
        json!({
            "ListenerArn": listener, "Priority": 7,
            "Conditions": [{ "Field": "path-pattern", "Values": ["/theirs"] }],
            "Actions": [
                { "Type": "forward", "TargetGroupArn": group["TargetGroups"][0]["TargetGroupArn"] },
            ],
        }),
    );
}

/// How the tasks of a side are scaled.
fn scaling(label: &str) -> Value {
    json!({
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": format!("service/stage-ecs-cluster/webapi-{label}"),
        "MinCapacity": 2, "MaxCapacity": 8,
    })
}
