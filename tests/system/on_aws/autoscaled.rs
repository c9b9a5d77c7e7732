//! A service whose scaling runs more tasks than its file asks for (S06).

use serde_json::{Value, json};

use super::account::{Account, FILE};
use super::permissions;

/// A target of Application Auto Scaling.
fn scalable(service: &str) -> Value {
    json!({
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": format!("service/stage-ecs-cluster/{service}"),
    })
}

/// What is registered of a service's scaling: capacities and suspensions, and its tags.
fn scaling(account: &Account, service: &str) -> (Value, Value) {
    let wanted = scalable(service)["ResourceId"].clone();
    let asked = json!({ "ServiceNamespace": "ecs" });
    let all = account.aws("application-autoscaling", "DescribeScalableTargets", asked);
    let all = all["ScalableTargets"].as_array().cloned().unwrap_or_default();
    let Some(target) = all.iter().find(|it| it["ResourceId"] == wanted) else {
        return (Value::Null, Value::Null);
    };
    let arn = json!({ "ResourceARN": target["ScalableTargetARN"] });
    let tags = account.aws("application-autoscaling", "ListTagsForResource", arn)["Tags"].clone();
    let settings = json!({
        "capacities": [target["MinCapacity"], target["MaxCapacity"]],
        "suspended": target["SuspendedState"],
    });
    (settings, tags)
}

fn suspended(settings: &Value) -> bool {
    settings["suspended"]["DynamicScalingInSuspended"] == true
}

/// An account where a release runs 8 tasks, scaled by policies, and the file says 2.
fn account(file: &str) -> Account {
    let account = Account::new(&json!({}));
    account.post("live", &json!({ "desired": 8 }));
    let mut target = scalable("webapi-1");
    target["MinCapacity"] = json!(2);
    target["MaxCapacity"] = json!(10);
    account.aws("application-autoscaling", "RegisterScalableTarget", target);
    account.version(file, "1.1.0");
    account
}

fn desired(account: &Account, service: &str) -> Value {
    let asked = json!({ "cluster": "stage-ecs-cluster", "services": [service] });
    account.aws("ecs", "DescribeServices", asked)["services"][0]["desiredCount"].clone()
}

#[test]
fn s06_green_gets_as_many_tasks_as_blue_runs_and_nothing_scales_in_before_the_end() {
    let account = account(&FILE.replace("weight: 20, wait: 10", "weight: 20, wait: 3000"));
    let former = scaling(&account, "webapi-1");
    assert!(!suspended(&former.0), "{former:?}");
    let mut running = account.start(&["deploy", "-f", "svc.yml"]);
    running.says("green: 8 tasks asked for");
    running.says("blue 80 / green 20 verified");
    assert_eq!(
        (desired(&account, "webapi-1"), desired(&account, "webapi-2")),
        (json!(8), json!(8))
    );
    let meanwhile = scaling(&account, "webapi-1");
    assert!(suspended(&meanwhile.0), "{meanwhile:?}");
    assert_eq!(meanwhile.0["capacities"], former.0["capacities"]);
    account.ends(&["abort", "-f", "svc.yml"], 0);
    let ran = running.ends(13);
    account.is_blues_alone(&ran);
    assert_eq!(scaling(&account, "webapi-1"), former, "its settings are what they were");
    assert_eq!(desired(&account, "webapi-1"), 8);
    permissions::cover_all_calls(&account);
}

#[test]
fn s06_greens_own_scaling_may_scale_in_once_it_is_promoted() {
    let scaled = r#"
  auto_scaling:
    min_capacity: 2
    max_capacity: 20
    role_arn: arn:aws:iam::{{account_id}}:role/scaling
    auto_scaling_policies:
      - policy_name: up
        policy_type: StepScaling
        step_scaling_policy_configuration:
          adjustment_type: PercentChangeInCapacity
          step_adjustments: [{ metric_interval_lower_bound: 0, scaling_adjustment: 10 }]
        cloudwatch_alarms:
          - metric_name: CPUUtilization
            namespace: AWS/ECS
            statistic: Average
            period: 60
            evaluation_periods: 2
            threshold: 75
            comparison_operator: GreaterThanOrEqualToThreshold
"#;
    let account = account(&FILE.replace("\ntarget_groups:", &format!("{scaled}target_groups:")));
    let ran = account.ends(&["deploy", "-f", "svc.yml"], 0);
    let calls = account.get("calls");
    let words: Vec<_> = calls
        .as_array()
        .into_iter()
        .flatten()
        .filter(|it| it["operation"] == "RegisterScalableTarget")
        .map(|it| {
            let id = it["parameters"]["ResourceId"].as_str().unwrap_or_default();
            let state = &it["parameters"]["SuspendedState"]["DynamicScalingInSuspended"];
            (id.rsplit('/').next().unwrap_or_default().to_owned(), state.as_bool())
        })
        .collect();
    let word = |service: &str, word| (service.to_owned(), Some(word));
    assert_eq!(
        words,
        [
            word("webapi-1", true),
            word("webapi-2", true),
            word("webapi-2", false),
            word("webapi-1", false)
        ],
        "{}",
        ran.out
    );
    let (settings, tags) = scaling(&account, "webapi-2");
    assert_eq!((suspended(&settings), tags), (false, json!({})), "{settings}");
    assert_eq!(desired(&account, "webapi-2"), 8);
}
