//! Which room may use which: `cargo metadata` compared with the table of the house.
//!
//! The allowed edges are written out, so that a new one is a decision and not an accident. Light
//! crates must stay light all the way down, whatever their dependencies depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_lock::{Lockfile, Package};
use cargo_metadata::{Metadata, MetadataCommand};

/// Every room with the rooms it may use (a test-only dependency counts like any other).
const EDGES: &[(&str, &[&str])] = &[
    ("rollout", &[]),
    ("manifest", &["rollout"]),
    ("stack", &["manifest", "rollout"]),
    ("report", &["rollout"]),
    ("runner", &["rollout"]),
    ("ledger", &["rollout", "runner"]),
    ("gates", &["rollout", "runner"]),
    ("probes", &["rollout", "runner"]),
    ("sim", &["rollout", "runner"]),
    ("backtest", &["rollout", "runner", "report"]),
    (
        "ecs-crd",
        &[
            "rollout", "manifest", "stack", "report", "runner", "ledger", "gates", "probes", "aws",
            "sim", "backtest", "encoder",
        ],
    ),
    // Its tests over the wire are tests of the whole: gates and probes are theirs alone.
    ("aws", &["rollout", "runner", "stack", "manifest", "gates", "probes"]),
    ("gate-sdk", &["gate-sdk"]),
    ("cloudwatch-metrics", &["gate-sdk"]),
    ("error-rate", &["gate-sdk", "kayenta"]),
    ("http-smoke", &["gate-sdk"]),
    ("kayenta", &["gate-sdk"]),
    ("latency", &["gate-sdk"]),
    ("encoder", &[]),
    (
        "componentize",
        &[
            "encoder",
            "gate-sdk",
            "cloudwatch-metrics",
            "error-rate",
            "http-smoke",
            "kayenta",
            "latency",
        ],
    ),
    (
        "simulation-tests",
        &[
            "rollout",
            "manifest",
            "report",
            "runner",
            "ledger",
            "sim",
            "gate-sdk",
            "cloudwatch-metrics",
            "error-rate",
            "http-smoke",
            "kayenta",
            "latency",
        ],
    ),
];

/// Rooms that build in seconds, with whatever they bring along.
const LIGHT: &[&str] = &[
    "rollout",
    "manifest",
    "stack",
    "runner",
    "ledger",
    "sim",
    "report",
    "backtest",
    "gate-sdk",
    "cloudwatch-metrics",
    "error-rate",
    "http-smoke",
    "kayenta",
    "latency",
    "simulation-tests",
];

/// What no light room may reach: names, or beginnings of names.
const HEAVY: [&str; 7] =
    ["wasmtime", "cranelift", "regalloc2", "aws-", "hyper", "reqwest", "openssl"];

/// Libraries with one owner, so that there is one way to do a thing: (library, its rooms).
const OWNERS: &[(&str, &[&str])] = &[
    ("wasmtime", &["gates"]),
    ("wasmtime-wasi", &["gates"]),
    ("hyper", &["probes"]),
    ("hyper-util", &["probes"]),
    ("tokio-rustls", &["probes"]),
    ("rusqlite", &["ledger"]),
    ("aws-config", &["aws"]),
    ("saphyr-parser", &["manifest"]),
    ("minijinja", &["report"]),
    ("csv", &["backtest"]),
    ("clap", &["ecs-crd"]),
    ("anyhow", &["ecs-crd", "componentize", "encoder"]),
    ("wit-bindgen", &["gate-sdk"]),
];

/// The packages of a workspace as cargo sees them; what they depend on need not be fetched.
pub(crate) fn metadata(manifest: &Path) -> Metadata {
    let offline = ["--offline".to_owned(), "--locked".to_owned()];
    MetadataCommand::new().manifest_path(manifest).no_deps().other_options(offline).exec().unwrap()
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn workspace() -> Metadata {
    metadata(&top().join("Cargo.toml"))
}

/// Direct dependencies of every room, by package name.
type Uses = BTreeMap<String, BTreeSet<String>>;

fn direct_uses(metadata: &Metadata) -> Uses {
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let uses = package.dependencies.iter().map(|it| it.name.clone()).collect();
            (package.name.to_string(), uses)
        })
        .collect()
}

/// Edges between rooms that the table does not have, and rooms it does not know.
fn undecided_edges(uses: &Uses) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut found = Vec::new();
    for (room, used) in uses {
        let Some(allowed) = table.get(room.as_str()) else {
            found.push(format!("{room} is a room the table of edges does not know"));
            continue;
        };
        let rooms = used.iter().filter(|name| uses.contains_key(*name));
        let wrong = rooms.filter(|name| !allowed.contains(&name.as_str()));
        found.extend(wrong.map(|name| format!("{room} → {name} is not an edge of the house")));
    }
    found
}

/// Libraries used by a room that does not own them.
fn foreign_libraries(uses: &Uses) -> Vec<String> {
    let mut found = Vec::new();
    for (library, owners) in OWNERS.iter().copied() {
        for (room, used) in uses {
            if used.contains(library) && !owners.contains(&room.as_str()) {
                found.push(format!("{room} uses {library}, which belongs to {owners:?}"));
            }
        }
    }
    found
}

/// The first chain of packages, as the lock file has them, from a room to one of the `unwanted`.
fn chain_to(lock: &[Package], room: &str, unwanted: &[&str]) -> Option<String> {
    let start = lock.iter().find(|package| package.name.as_str() == room)?;
    let mut seen = BTreeSet::from([start]);
    let mut chains = vec![vec![start]];
    while let Some(chain) = chains.pop() {
        let last = *chain.last()?;
        if chain.len() > 1 && unwanted.iter().any(|name| last.name.as_str().starts_with(name)) {
            return Some(chain.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(" → "));
        }
        let next = lock.iter().filter(|it| last.dependencies.iter().any(|use_| use_.matches(it)));
        let fresh: Vec<_> = next.filter(|package| seen.insert(package)).collect();
        chains.extend(fresh.into_iter().map(|package| [chain.clone(), vec![package]].concat()));
    }
    None
}

fn lock() -> Vec<Package> {
    Lockfile::load(top().join("Cargo.lock")).unwrap().packages
}

fn uses(rows: &[(&str, &[&str])]) -> Uses {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    rows.iter().map(|(room, used)| ((*room).to_owned(), owned(used))).collect()
}

#[test]
fn every_edge_between_rooms_is_one_of_the_table() {
    assert_eq!(undecided_edges(&direct_uses(&workspace())), Vec::<String>::new());
}

#[test]
fn an_edge_that_flows_backwards_and_an_unknown_room_are_named() {
    let tree = uses(&[("rollout", &["serde", "runner"]), ("runner", &["rollout"]), ("attic", &[])]);
    assert_eq!(
        undecided_edges(&tree),
        [
            "attic is a room the table of edges does not know",
            "rollout → runner is not an edge of the house"
        ]
    );
}

#[test]
fn every_room_of_the_table_exists() {
    let tree = direct_uses(&workspace());
    let missing: Vec<_> = EDGES.iter().filter(|(room, _)| !tree.contains_key(*room)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_library_with_an_owner_is_used_by_nobody_else() {
    assert_eq!(foreign_libraries(&direct_uses(&workspace())), Vec::<String>::new());
}

#[test]
fn a_second_user_of_wasmtime_is_named() {
    let tree = uses(&[("gates", &["wasmtime"]), ("sim", &["wasmtime"])]);
    assert_eq!(foreign_libraries(&tree), ["sim uses wasmtime, which belongs to [\"gates\"]"]);
}

#[test]
fn light_rooms_reach_nothing_heavy() {
    let lock = lock();
    let chains: Vec<_> = LIGHT.iter().filter_map(|room| chain_to(&lock, room, &HEAVY)).collect();
    assert_eq!(chains, Vec::<String>::new());
}

#[test]
fn the_gate_host_is_found_to_be_heavy_through_its_dependencies() {
    let chain = chain_to(&lock(), "gates", &["cranelift"]).unwrap();
    assert!(chain.starts_with("gates → wasmtime"), "{chain}");
}

#[test]
fn a_bare_cargo_test_builds_the_light_rooms_only() {
    let metadata = workspace();
    let default = metadata.workspace_default_packages().into_iter();
    let default: BTreeSet<_> = default.map(|package| package.name.to_string()).collect();
    assert_eq!(default, LIGHT.iter().map(ToString::to_string).collect());
}
