//! Our templates are the predecessor's, except exactly where `differences.yml` says why not.

use std::collections::BTreeMap;

use manifest::file::DeploymentFile;
use serde_json::Value;
use stack::{Change, Found, Rendered, changes, names};

use crate::rows::Row;
use crate::support::{DEPLOYMENT, data, file, found, green, init};

const DEPLOYMENTS: [(&str, &str); 2] = [("first", ""), ("second", "_second")];

/// What the account holds → what the predecessor's templates have in its place.
const TOKENS: [(&str, &str); 3] = [
    ("vpc-0a1b2c3d4e5f60718", "<VPC>"),
    ("arn:aws:ecs:eu-west-3:123456789012:cluster/stage-ecs-cluster", "<CLUSTER-ARN>"),
    ("arn:aws:iam::123456789012:role/ecsAutoscaleRole", "<AUTOSCALE-ROLE-ARN>"),
];

struct Table {
    rows: Vec<Row>,
    whole: Value,
}

fn table() -> Table {
    let text = std::fs::read(data().join("differences.yml")).unwrap();
    let whole = manifest::to_json(text).unwrap();
    let rows = whole["differences"].as_array().unwrap().iter().map(Row::read).collect();
    Table { rows, whole }
}

impl Table {
    /// What is said of a case as a whole.
    fn said(&self, part: &str, case: &str) -> Option<&Value> {
        self.whole[part].get(case)
    }

    /// A text of a case, with words replaced as a part of the table says.
    fn replaced(&self, part: &str, case: &str, text: String) -> String {
        let Some(it) = self.said(part, case) else { return text };
        let [from, to] = ["from", "to"].map(|name| it[name].as_str().unwrap());
        assert!(text.contains(from), "{case} has no `{from}` to replace");
        text.replace(from, to)
    }

    /// The file of a case, with what it must say beyond what the predecessor needed.
    fn text(&self, case: &str) -> String {
        let path = data().join("oracle").join(case).join("svc.yml");
        self.replaced("amended", case, std::fs::read_to_string(path).unwrap())
    }

    /// A template of the predecessor; none where it crashed.
    fn theirs(&self, case: &str, name: &str) -> Option<Value> {
        let path = data().join("oracle").join(case).join(format!("{name}.json"));
        let text = std::fs::read_to_string(path).ok()?;
        let is_green = name.starts_with("green");
        let text = if is_green { self.replaced("renamed", case, text) } else { text };
        Some(serde_json::from_str(&text).unwrap())
    }
}

fn cases() -> Vec<String> {
    let folders = std::fs::read_dir(data().join("oracle")).unwrap();
    let mut names: Vec<String> =
        folders.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// All deployment files of the room by name: those made for it, and those of the predecessor's cases
/// that are not refused.
pub(crate) fn files() -> Vec<(String, DeploymentFile)> {
    let table = table();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(data().join("files")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        files.push((name, file(&text).map_err(|said| said.render(false)).unwrap()));
    }
    let cases = cases().into_iter();
    let read = |case: String| Some((case.clone(), file(&table.text(&case)).ok()?));
    files.extend(cases.filter(|case| table.said("refused", case).is_none()).filter_map(read));
    files
}

/// Our template with ids replaced as they were in the predecessor's.
fn tokens(rendered: &Rendered, file: &DeploymentFile, found: &Found) -> Value {
    let mut text = rendered.body();
    for balancer in [&found.green, &found.blue] {
        let name = format!("{}-{}", file.canary.group, balancer.label);
        text = text.replace(&balancer.arn, &format!("<ALB-{name}-ARN>"));
        text = text.replace(&balancer.dns_name, &format!("<ALB-{name}-DNS>"));
    }
    for listener in &found.listeners {
        let name = format!("{}-{}", file.canary.group, found.green.label);
        text = text.replace(&listener.arn, &format!("<LISTENER{}-{name}>", listener.port));
    }
    for (domain, arn) in &found.certificates {
        text = text.replace(arn, &format!("<CERT-{domain}>"));
    }
    for group in &file.target_groups {
        let container = file
            .service
            .containers
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(&group.container.name));
        let id10 = names::id10(DEPLOYMENT, &container.unwrap().name, group.container.port.get());
        text = text.replace(&id10, "<ID10>");
    }
    text = text.replace(&names::hash7(DEPLOYMENT), "<HASH7>");
    TOKENS.iter().for_each(|(ours, theirs)| text = text.replace(ours, theirs));
    serde_json::from_str(&text).unwrap()
}

/// How often each row was needed in each case; and what no row lists.
#[derive(Default)]
struct Tally {
    needed: BTreeMap<(usize, String), usize>,
    unlisted: Vec<String>,
}

impl Tally {
    fn count(&mut self, table: &Table, case: &str, template: &str, deployment: &str, it: &Change) {
        let row = table
            .rows
            .iter()
            .position(|row| row.concerns(case) && row.lists(template, deployment, it));
        match row {
            Some(row) => *self.needed.entry((row, case.to_owned())).or_default() += 1,
            None => self.unlisted.push(format!(
                "{case}, {deployment} {template}, {}\n  theirs: {}\n  ours:   {}",
                it.at,
                shown(it.before.as_ref()),
                shown(it.after.as_ref())
            )),
        }
    }

    /// Rows that list a difference that does not occur, in a case they name.
    fn idle(&self, table: &Table, compared: &[String]) -> Vec<String> {
        let rows = table.rows.iter().enumerate().flat_map(|(index, row)| {
            let cases = row.cases.clone().unwrap_or_else(|| compared.to_vec());
            cases.into_iter().map(move |case| (index, row, case))
        });
        rows.filter(|(index, _, case)| !self.needed.contains_key(&(*index, case.clone())))
            .map(|(_, row, case)| format!("{case}: {row:?}"))
            .collect()
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("nothing".to_owned(), Value::to_string)
}

fn compare(table: &Table, case: &str, file: &DeploymentFile, tally: &mut Tally) {
    for (deployment, ending) in DEPLOYMENTS {
        let found = found(&format!("{}-{deployment}", file.canary.group));
        let rendered = [("green", green(file, &found)), ("init", init(file, &found))];
        for (template, rendered) in rendered {
            let rendered = rendered.map_err(|why| format!("{case}: {why:?}")).unwrap();
            let Some(theirs) = table.theirs(case, &format!("{template}{ending}")) else { continue };
            let ours = tokens(&rendered, file, &found);
            for change in changes(&theirs, &ours) {
                tally.count(table, case, template, deployment, &change);
            }
        }
    }
}

#[test]
fn the_table_speaks_of_cases_there_are() {
    let (table, cases) = (table(), cases());
    for part in ["refused", "crashed", "amended", "renamed"] {
        for case in table.whole[part].as_object().unwrap().keys() {
            assert!(cases.contains(case), "{part}: there is no case {case}");
        }
    }
}

#[test]
fn our_templates_differ_from_the_predecessors_exactly_where_the_table_says_why() {
    let table = table();
    let (mut tally, mut compared) = (Tally::default(), Vec::new());
    for case in cases() {
        match (file(&table.text(&case)), table.said("refused", &case)) {
            (Ok(file), None) => {
                let crashed = table.said("crashed", &case).is_some();
                assert_eq!(table.theirs(&case, "green").is_none(), crashed, "{case}");
                compare(&table, &case, &file, &mut tally);
                compared.extend((!crashed).then_some(case));
            }
            (Err(said), Some(refused)) => {
                let (said, says) = (said.render(false), refused["says"].as_str().unwrap());
                assert!(said.contains(says), "{case} is refused otherwise:\n{said}");
            }
            (file, _) => panic!("{case}: {:?}", file.map(|_| "not refused any more")),
        }
    }
    let unlisted = tally.unlisted.join("\n");
    assert!(
        unlisted.is_empty(),
        "{} differences are not listed:\n{unlisted}",
        tally.unlisted.len()
    );
    let idle = tally.idle(&table, &compared).join("\n");
    assert!(idle.is_empty(), "these differences are listed and do not occur:\n{idle}");
}
