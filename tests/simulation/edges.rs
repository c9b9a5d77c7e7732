//! Which room may use which: `cargo metadata` compared with the table of the house.
//!
//! The allowed edges are written out, so that a new one is a decision and not an accident. Light
//! crates must stay light all the way down, whatever their dependencies depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand, PackageId};

/// Every room with the rooms it may use (a test-only dependency counts like any other).
const EDGES: [(&str, &[&str]); 14] = [
    ("rollout", &[]),
    ("manifest", &["rollout"]),
    ("report", &["rollout"]),
    ("runner", &["rollout"]),
    ("ledger", &["rollout", "runner"]),
    ("gates", &["rollout", "runner"]),
    ("sim", &["rollout", "runner"]),
    ("ecs-crd", &["rollout", "manifest", "report", "runner", "ledger", "gates", "sim"]),
    ("gate-sdk", &["gate-sdk"]),
    ("error-rate", &["gate-sdk"]),
    ("latency", &["gate-sdk"]),
    ("componentize", &["gate-sdk", "error-rate", "latency"]),
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
            "error-rate",
            "latency",
        ],
    ),
    (
        "system-tests",
        &[
            "rollout",
            "manifest",
            "report",
            "runner",
            "ledger",
            "gates",
            "sim",
            "ecs-crd",
            "gate-sdk",
            "error-rate",
            "latency",
            "componentize",
        ],
    ),
];

/// Rooms that build in seconds, with whatever they bring along.
const LIGHT: [&str; 10] = [
    "rollout",
    "manifest",
    "runner",
    "ledger",
    "sim",
    "report",
    "gate-sdk",
    "error-rate",
    "latency",
    "simulation-tests",
];

/// What no light room may reach: names, or beginnings of names.
const HEAVY: [&str; 7] =
    ["wasmtime", "cranelift", "regalloc2", "aws-", "hyper", "reqwest", "openssl"];

/// Libraries with one owner, so that there is one way to do a thing: (library, its rooms).
const OWNERS: [(&str, &[&str]); 8] = [
    ("wasmtime", &["gates"]),
    ("wasmtime-wasi", &["gates"]),
    ("rusqlite", &["ledger"]),
    ("saphyr-parser", &["manifest"]),
    ("minijinja", &["report"]),
    ("clap", &["ecs-crd"]),
    ("anyhow", &["ecs-crd", "componentize"]),
    ("wit-bindgen", &["gate-sdk"]),
];

/// The workspace as cargo sees it, from what is on this machine already.
pub(crate) fn metadata(manifest: &Path, with_dependencies: bool) -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest);
    let mut options = vec!["--offline".to_owned(), "--locked".to_owned()];
    if with_dependencies {
        // Crates of other platforms were never fetched.
        options.push(format!("--filter-platform={}", host_platform()));
    } else {
        command.no_deps();
    }
    command.other_options(options).exec().unwrap()
}

fn host_platform() -> String {
    let rustc = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(rustc.stdout).unwrap();
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Direct dependencies of every room, by package name.
type Uses = BTreeMap<String, BTreeSet<String>>;

fn workspace() -> Metadata {
    metadata(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"), true)
}

fn direct_uses(metadata: &Metadata) -> Uses {
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let uses = package.dependencies.iter().map(|it| it.name.to_string()).collect();
            (package.name.to_string(), uses)
        })
        .collect()
}

/// Edges between rooms that the table does not have, and rooms it does not know.
fn undecided_edges(uses: &Uses) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = EDGES.into_iter().collect();
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

/// Libraries used by a room that does not own them. The tests of the whole may use any.
fn foreign_libraries(uses: &Uses) -> Vec<String> {
    let mut found = Vec::new();
    for (library, owners) in OWNERS {
        for (room, used) in uses {
            if used.contains(library) && !owners.contains(&room.as_str()) && room != "system-tests"
            {
                found.push(format!("{room} uses {library}, which belongs to {owners:?}"));
            }
        }
    }
    found
}

/// For each package what it depends on, as cargo resolved it for this machine.
fn resolved(metadata: &Metadata) -> BTreeMap<&PackageId, Vec<&PackageId>> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes = resolve.nodes.iter();
    nodes.map(|node| (&node.id, node.dependencies.iter().collect())).collect()
}

/// The first chain of packages from `room` to one of the `unwanted`.
fn chain_to<'a>(
    graph: &BTreeMap<&'a PackageId, Vec<&'a PackageId>>,
    names: &BTreeMap<&'a PackageId, &'a str>,
    room: &'a PackageId,
    unwanted: &[&str],
) -> Option<String> {
    let mut seen = BTreeSet::from([room]);
    let mut chains = vec![vec![room]];
    while let Some(chain) = chains.pop() {
        let last = *chain.last()?;
        if chain.len() > 1 && unwanted.iter().any(|prefix| names[last].starts_with(prefix)) {
            return Some(chain.iter().map(|id| names[*id]).collect::<Vec<_>>().join(" → "));
        }
        let next = graph.get(last).into_iter().flatten().copied();
        let fresh: Vec<_> = next.filter(|id| seen.insert(id)).collect();
        chains.extend(fresh.into_iter().map(|id| [chain.clone(), vec![id]].concat()));
    }
    None
}

fn names(metadata: &Metadata) -> BTreeMap<&PackageId, &str> {
    metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect()
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
    let metadata = workspace();
    let (graph, names) = (resolved(&metadata), names(&metadata));
    let light = metadata.workspace_packages().into_iter();
    let light = light.filter(|package| LIGHT.contains(&package.name.as_str()));
    let chains: Vec<_> =
        light.filter_map(|room| chain_to(&graph, &names, &room.id, &HEAVY)).collect();
    assert_eq!(chains, Vec::<String>::new());
}

#[test]
fn the_gate_host_is_found_to_be_heavy_through_its_dependencies() {
    let metadata = workspace();
    let (graph, names) = (resolved(&metadata), names(&metadata));
    let gates = metadata.workspace_packages().into_iter().find(|it| it.name.as_str() == "gates");
    let chain = chain_to(&graph, &names, &gates.unwrap().id, &["cranelift"]).unwrap();
    assert!(chain.starts_with("gates → "), "{chain}");
}

#[test]
fn a_bare_cargo_test_builds_the_light_rooms_only() {
    let metadata = workspace();
    let default = metadata.workspace_default_packages().into_iter();
    let default: BTreeSet<_> = default.map(|package| package.name.to_string()).collect();
    assert_eq!(default, LIGHT.iter().map(ToString::to_string).collect());
}
