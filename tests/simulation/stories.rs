//! Whole rollouts of the shop over the simulated cloud, with gates that follow a script.

use rollout::{Decision, Event, Split, Stack, Weight};

use crate::rig::{Rig, scenario, shop, splits};

fn green(percent: u32) -> Split {
    Split::green_at(Weight::new(percent).expect("a weight"))
}

#[tokio::test]
async fn a_healthy_release_is_promoted_in_its_steps() {
    let rig = Rig::new(scenario("healthy"), Decision::Promote);
    let (_, end) = rig.drive(&shop(), None).await;
    let end = end.expect("the run ends");
    assert_eq!(end.exit_code, 0, "{}", end.why);
    assert_eq!(splits(&end.entries)[..3], [green(10), green(50), green(100)]);
}

#[tokio::test]
async fn s05_a_gate_that_always_says_promote_cannot_get_past_an_unhealthy_target() {
    for name in ["one-bad-target", "crash-loop"] {
        let rig = Rig::new(scenario(name), Decision::Promote);
        let (_, end) = rig.drive(&shop(), None).await;
        let end = end.expect("the run ends");
        assert_eq!(end.exit_code, 11, "{name}: {}", end.why);
        assert!(!splits(&end.entries).contains(&green(100)), "{name}");
    }
}

#[tokio::test]
async fn s02_gates_without_an_answer_hold_and_end_inconclusive() {
    for says in [Decision::Hold, Decision::NoData, Decision::Error] {
        let rig = Rig::new(scenario("healthy"), says);
        let (_, end) = rig.drive(&shop(), None).await;
        let end = end.expect("the run ends");
        assert_eq!(end.exit_code, 12, "{says:?}: {}", end.why);
        assert!(!splits(&end.entries).contains(&green(50)), "{says:?}");
    }
}

#[tokio::test]
async fn s07_blue_has_everything_before_green_is_deleted() {
    let rig = Rig::new(scenario("healthy"), Decision::Rollback);
    let (_, end) = rig.drive(&shop(), None).await;
    let end = end.expect("the run ends");
    assert_eq!(end.exit_code, 10, "{}", end.why);
    let position = |wanted: &Event| {
        end.entries.iter().rposition(|entry| entry.event() == Some(wanted)).expect("it happened")
    };
    let blue_again = position(&Event::WeightVerified { split: Split::ALL_BLUE });
    let deletion = position(&Event::RemovalRequested { stack: Stack::Green });
    assert!(blue_again < deletion);
}

#[tokio::test]
async fn s15_the_same_seed_tells_the_same_story() {
    let mut journals = Vec::new();
    for _ in 0..2 {
        let rig = Rig::new(scenario("throttled"), Decision::Promote);
        journals.push(rig.drive(&shop(), None).await.1.expect("the run ends"));
    }
    assert_eq!(journals[0].exit_code, 0, "{}", journals[0].why);
    assert_eq!(journals[0], journals[1]);
}

#[tokio::test]
async fn a_second_deployment_stands_on_the_first() {
    let rig = Rig::new(scenario("first-release"), Decision::Promote);
    let plan = shop();
    let first = rig.drive(&plan, None).await.1.expect("the first ends");
    assert_eq!((first.exit_code, splits(&first.entries).len()), (0, 1), "{}", first.why);
    let second = rig.drive(&plan, None).await.1.expect("the second ends");
    assert_eq!(second.exit_code, 0, "{}", second.why);
    assert_eq!(splits(&second.entries)[0], green(10), "the first release is the baseline now");
}
