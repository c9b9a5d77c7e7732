//! Random plans and the ill luck they meet.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rollout::*;

/// When every story begins.
pub(crate) const START: EpochS = EpochS(1_767_225_600);

/// A run to be played: what is planned, what is found, and how the world behaves.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) goal: Goal,
    pub(crate) plan: Plan,
    pub(crate) ground: Ground,
    pub(crate) luck: Luck,
}

/// Chances in per mille, for each occasion.
#[derive(Clone, Debug)]
pub(crate) struct Luck {
    pub(crate) seed: u64,
    /// A call fails (its reply is lost in half of these).
    pub(crate) call_fails: u32,
    /// Effects that are always refused, by name.
    pub(crate) refused: Vec<&'static str>,
    /// A stack fails or sticks.
    pub(crate) stack_fails: u32,
    /// Green falls ill at a reading.
    pub(crate) sick: u32,
    /// Blue has no healthy target at a reading.
    pub(crate) blue_dies: u32,
    /// Somebody else writes records, at an idle instant.
    pub(crate) foreigner: u32,
    /// A person speaks, at an idle instant.
    pub(crate) person: u32,
    /// The driver dies and is resumed hours later, at an idle instant.
    pub(crate) death: u32,
    /// Weights of promote, hold, roll back, no data, error.
    pub(crate) temper: [u32; 5],
}

impl Luck {
    /// Nothing goes wrong.
    pub(crate) fn fair() -> Self {
        Luck {
            seed: 1,
            call_fails: 0,
            refused: Vec::new(),
            stack_fails: 0,
            sick: 0,
            blue_dies: 0,
            foreigner: 0,
            person: 0,
            death: 0,
            temper: [1, 0, 0, 0, 0],
        }
    }
}

pub(crate) fn gate(name: &str) -> Gate {
    Gate {
        name: name.to_owned(),
        plugin: "builtin:error-rate".to_owned(),
        config: serde_json::json!({}),
        phases: BTreeSet::from([Phase::Shift, Phase::Bake]),
        every_s: 15,
        timeout_s: 10,
        mode: Mode::Enforce,
        on_error: OnTrouble::Hold,
        on_no_data: OnTrouble::Hold,
        patience_s: 300,
        grants: Grants::default(),
        limits: Limits::default(),
    }
}

/// Two steps, 10 and 100, guarded by `gates`.
pub(crate) fn plan(gates: Vec<Gate>) -> Plan {
    let names: Vec<String> = gates.iter().map(|gate| gate.name.clone()).collect();
    let step = |percent, wait_s| Step {
        weight: Weight::new(percent).unwrap(),
        wait_s,
        max_wait_s: wait_s + 3600,
        gates: names.clone(),
    };
    Plan {
        service: Service {
            project: "shop".into(),
            name: "cart".into(),
            version: "2".into(),
            group: "private".into(),
            environment: "stage".into(),
            region: "eu-west-3".into(),
            cluster: "main".into(),
        },
        names: vec!["cart.example.com".into()],
        labels: Labels { blue: "one".into(), green: "two".into() },
        scale: Scale { desired: 2, wait_s: 60, max_wait_s: 600 },
        preflight: gates
            .iter()
            .any(|gate| gate.phases.contains(&Phase::Preflight))
            .then_some(Preflight { max_wait_s: 600 }),
        steps: vec![step(10, 70), step(100, 60)],
        gates,
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Rollback,
        on_inconclusive: OnInconclusive::Rollback,
        topics: Topics::default(),
    }
}

/// A service at version 1 with three tasks.
pub(crate) fn ground() -> Ground {
    Ground {
        baseline: Some(Baseline {
            label: "one".into(),
            version: "1".into(),
            started_at: EpochS(START.0 - 86_400),
            tasks: 3,
            targets_healthy: 3,
        }),
        canary_label: "two".into(),
        init_exists: true,
        new_names: Vec::new(),
        gone_names: Vec::new(),
    }
}

/// Nothing was ever deployed.
pub(crate) fn first_ground() -> Ground {
    Ground { baseline: None, init_exists: false, ..ground() }
}

prop_compose! {
    fn gates()(
        each in prop::collection::vec(
            (1..60_u32, 0..600_u32, any::<[bool; 4]>(), 1..8_u8), 0..4)
    ) -> Vec<Gate> {
        let trouble = |back| if back { OnTrouble::Rollback } else { OnTrouble::Hold };
        each.into_iter().enumerate().map(|(at, (every_s, patience_s, coins, phases))| {
            let [observe, on_error, on_no_data, _] = coins;
            let all = [Phase::Preflight, Phase::Shift, Phase::Bake];
            let phases = all.iter().enumerate().filter(|(bit, _)| phases >> bit & 1 == 1);
            Gate {
                every_s,
                patience_s,
                phases: phases.map(|(_, phase)| *phase).collect(),
                mode: if observe && at > 0 { Mode::Observe } else { Mode::Enforce },
                on_error: trouble(on_error),
                on_no_data: trouble(on_no_data),
                ..gate(&format!("gate-{at}"))
            }
        }).collect()
    }
}

prop_compose! {
    fn any_plan()(
        gates in gates(),
        weights in prop::collection::btree_set(1..100_u32, 0..4),
        waits in prop::collection::vec((0..400_u32, 0..2000_u32), 5),
        desired in 1..6_u32,
        scale_wait_s in 0..120_u32,
        drain_s in 0..400_u32,
        ttl_s in 1..120_u32,
        pause in prop::bool::weighted(0.2),
    ) -> Plan {
        let base = plan(gates);
        let gates: Vec<String> = base.gates.iter().map(|gate| gate.name.clone()).collect();
        let step = |(percent, (wait_s, more_s)): (u32, (u32, u32))| Step {
            weight: Weight::new(percent).unwrap(),
            wait_s,
            max_wait_s: wait_s + more_s,
            gates: gates.clone(),
        };
        let steps = weights.into_iter().chain([100]).zip(waits).map(step).collect();
        let on_inconclusive =
            if pause { OnInconclusive::Pause } else { OnInconclusive::Rollback };
        Plan {
            steps,
            drain_s,
            ttl_s,
            on_inconclusive,
            scale: Scale { desired, wait_s: scale_wait_s, max_wait_s: 600 },
            ..base
        }
    }
}

prop_compose! {
    fn any_luck()(
        seed in any::<u64>(),
        chances in prop::array::uniform7(prop_oneof![3 => Just(0_u32), 1 => 1..30_u32]),
        refused in prop::option::weighted(0.15, prop::sample::select(REFUSABLE.to_vec())),
        temper in prop_oneof![
            2 => Just([20, 2, 0, 1, 1]),
            1 => Just([5, 5, 1, 5, 5]),
            1 => Just([0, 1, 0, 5, 5]),
            1 => prop::array::uniform5(1..9_u32),
        ],
    ) -> Luck {
        let [call_fails, stack_fails, sick, blue_dies, foreigner, person, death] = chances;
        Luck {
            seed,
            call_fails: call_fails * 10,
            refused: refused.into_iter().collect(),
            stack_fails: stack_fails * 5,
            sick,
            blue_dies,
            foreigner: foreigner / 4,
            person: person / 2,
            death: death / 4,
            temper,
        }
    }
}

/// All but the write of weights: that one has no budget on the way back.
const REFUSABLE: [&str; 12] = [
    "provision",
    "scale",
    "suspend-scale-in",
    "read-health",
    "look",
    "learn",
    "register",
    "preserve",
    "retire",
    "remove-records",
    "restore-scale-in",
    "notify",
];

prop_compose! {
    /// Any deployment in any world; one in ten is an undeployment.
    pub(crate) fn any_case()(
        plan in any_plan(),
        luck in any_luck(),
        first in prop::bool::weighted(0.2),
        new_name in prop::bool::weighted(0.2),
        undeploy in prop::bool::weighted(0.1),
    ) -> Case {
        let mut ground = if first { first_ground() } else { ground() };
        if new_name {
            ground.new_names = vec!["new.example.com".into()];
        }
        let goal = if undeploy { Goal::Undeploy } else { Goal::Deploy };
        Case { goal, plan, ground, luck }
    }
}
