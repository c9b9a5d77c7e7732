//! The table of the program's own calls says what the adapter for AWS calls, no more and no less.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stack::policy::OWN_CALLS;

use crate::support::data;

/// What the adapter calls a client, and what boto3 calls its service.
const CLIENTS: [(&str, &str); 19] = [
    ("clients.acm", "acm"),
    ("clients.autoscaling", "application-autoscaling"),
    ("clients.cloudformation", "cloudformation"),
    ("clients.cloudwatch", "cloudwatch"),
    ("clients.dynamodb", "dynamodb"),
    ("clients.ecr", "ecr"),
    ("clients.ecs", "ecs"),
    ("clients.elb", "elbv2"),
    ("clients.kms", "kms"),
    ("clients.logs", "logs"),
    ("clients.route53", "route53"),
    ("clients.secrets", "secretsmanager"),
    ("clients.sns", "sns"),
    ("clients.sts", "sts"),
    ("clients.tagging", "resourcegroupstaggingapi"),
    // Clients on their own.
    ("AssumeRoleProvider", "sts"),
    ("dns", "route53"),
    ("dynamodb", "dynamodb"),
    ("self.client", "dynamodb"),
];
/// What is called otherwise than the operation is.
const OPERATIONS: [(&str, &str); 2] =
    [("wait_until_table_exists", "DescribeTable"), ("builder", "AssumeRole")];

/// A call: its service and operation.
type Call = (String, String);

/// The code of every file, without comments, its chains of calls in one piece.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(&data().join("../../aws/src"), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().map(|line| line.split("//").next().unwrap());
            let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
            found.push((path, words.join(" ").replace(" .", ".").replace("clients()", "clients")));
        }
    }
}

/// The end of a text that is all names and what `joins` them.
fn ending<'a>(text: &'a str, joins: &str) -> &'a str {
    let is_part = |letter: char| letter.is_alphanumeric() || joins.contains(letter);
    &text[text.rfind(|it| !is_part(it)).map_or(0, |at| at + 1)..]
}

/// The operations that are begun in a text: methods of a client.
fn calls(code: &str) -> Vec<Call> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices('.').chain(code.match_indices("::")) {
        let owner = ending(&code[..at], "_.");
        let client = CLIENTS.iter().find(|(name, _)| {
            owner == *name || (name.contains('.') && owner.ends_with(&format!(".{name}")))
        });
        let rest = code[at..].trim_start_matches(['.', ':']);
        let method = &rest[..rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(0)];
        if let Some((_, service)) = client.filter(|_| method != "clone") {
            found.push(((*service).to_owned(), operation(method)));
        }
    }
    found
}

fn operation(method: &str) -> String {
    if let Some((_, operation)) = OPERATIONS.iter().find(|(name, _)| *name == method) {
        return (*operation).to_owned();
    }
    let words = method.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

#[test]
fn every_call_of_the_adapter_is_in_the_table_and_nothing_else_is() {
    let called: BTreeSet<Call> = sources().iter().flat_map(|(_, code)| calls(code)).collect();
    let table = OWN_CALLS.map(|it| (it.service.to_owned(), it.operation.to_owned()));
    assert_eq!(BTreeSet::from(table.clone()), called);
    assert_eq!(table.len(), called.len(), "one is in the table twice");
}

/// What is sent without its operation being found would be a call nobody knows of.
#[test]
fn every_request_that_the_adapter_sends_was_found() {
    for (path, code) in sources() {
        // To wait for a clock is no call; the SDK's waiters make theirs.
        let waiters = code.matches(".wait(").count() - code.matches("clock.wait(").count();
        let sent = code.matches(".send()").count() + waiters;
        let begun = calls(&code).iter().filter(|(_, it)| it != "AssumeRole").count();
        assert_eq!(sent, begun, "{}: {:?}", path.display(), calls(&code));
    }
}
