//! `service`: the names that become host names, stack names and template values.

use crate::diagnostic::Diagnostic;
use crate::file::DeploymentFile;
use crate::parse::Parsed;
use crate::template::{self, Variable};
use crate::yaml::{Kind, quote_it};

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    problems.extend(version(parsed));
    problems.extend(templates(parsed));
    if problems.is_empty() {
        let file = &parsed.file;
        problems.extend(service_name(parsed, &rehearsed(file, &file.service.name)));
        let names = file.service.fqdn.as_slice().iter();
        let names: Vec<String> = names.map(|name| rehearsed(file, name)).collect();
        problems.extend(host_names(parsed, &names));
    }
    problems
}

/// `1.5` today is `1.10` tomorrow, and that is the number 1.1. What loses digits already has been
/// said.
fn version(parsed: &Parsed) -> Option<Diagnostic> {
    let (node, _) = parsed.document.tree.at("/service/version")?;
    let scalar = node.scalar()?;
    match scalar.kind {
        Kind::Float(_) if !scalar.loses_digits() => {
            let title = format!("`{}` is read as a number, not as a version", scalar.text);
            Some(quote_it(&node.span, &scalar.text, title))
        }
        _ if scalar.text.is_empty() => {
            Some(parsed.error("empty", "/service/version", "`service.version` is empty"))
        }
        _ => None,
    }
}

/// The values of a file that templates name may themselves only use what is known before them.
fn templates(parsed: &Parsed) -> Vec<Diagnostic> {
    const ORDER: [(&str, Variable); 4] = [
        ("/service/project", Variable::Project),
        ("/service/name", Variable::Name),
        ("/service/version", Variable::Version),
        ("/service/fqdn", Variable::Fqdn(0)),
    ];
    let names = parsed.file.service.fqdn.as_slice().len();
    let mut problems: Vec<Diagnostic> = template::used(&parsed.document.tree)
        .into_iter()
        .filter_map(|(variable, span)| match variable {
            Variable::Fqdn(index) if index >= names => Some(
                Diagnostic::error(
                    "unknown-variable",
                    span,
                    format!("{variable} names nothing: `service.fqdn` has {names}"),
                )
                .help("they are counted from 0"),
            ),
            _ => None,
        })
        .collect();
    for (rank, (pointer, _)) in ORDER.iter().enumerate() {
        let Some((node, _)) = parsed.document.tree.at(pointer) else { continue };
        for (variable, span) in template::used(node) {
            let late = ORDER[rank..].iter().any(|(_, later)| {
                std::mem::discriminant(later) == std::mem::discriminant(&variable)
            });
            if late {
                let field = pointer.replace('/', ".");
                let title = format!("{variable} is not known yet in `{}`", &field[1..]);
                problems.push(
                    Diagnostic::error("circular-template", span, title)
                        .help("the order is project, name, version, fqdn"),
                );
            }
        }
    }
    problems
}

/// Values of the right form for what only the deployment itself will know.
fn rehearsed(file: &DeploymentFile, text: &str) -> String {
    let environment = |variable| match variable {
        Variable::AccountId => Some("000000000000".to_owned()),
        Variable::Environment => Some("stage".to_owned()),
        Variable::Region => Some("eu-west-3".to_owned()),
        Variable::ExternalIp => Some("192.0.2.1".to_owned()),
        _ => None,
    };
    crate::resolve::Values::of(file, &environment)
        .and_then(|values| template::fill(text, &|variable| values.get(variable)).ok())
        .unwrap_or_default()
}

/// The service's name with its templates filled in names stacks.
pub(crate) fn service_name(parsed: &Parsed, name: &str) -> Option<Diagnostic> {
    (!is_service_name(name)).then(|| {
        parsed
            .error("service-name", "/service/name", format!("`{name}` cannot name a stack"))
            .help("letters, digits and dashes, at most 64")
    })
}

/// Whether stacks and services may be called so: CloudFormation allows letters, digits, dashes.
fn is_service_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The service's DNS names with their templates filled in, in the order of the file.
pub(crate) fn host_names(parsed: &Parsed, names: &[String]) -> Vec<Diagnostic> {
    let one = matches!(parsed.file.service.fqdn, crate::file::Names::One(_));
    let places = (0..names.len()).map(|index| match one {
        true => "/service/fqdn".to_owned(),
        false => format!("/service/fqdn/{index}"),
    });
    let mut problems: Vec<Diagnostic> = places
        .clone()
        .zip(names)
        .filter(|(_, name)| !is_host_name(name))
        .map(|(pointer, name)| {
            parsed
                .error("host-name", &pointer, format!("`{name}` is no host name"))
                .help("labels of letters, digits and dashes, with dots between: api.example.com")
        })
        .collect();
    let canonical = |name: &String| name.trim_end_matches('.').to_ascii_lowercase();
    let canonical: Vec<String> = names.iter().map(canonical).collect();
    let given = places.zip(canonical.iter().map(String::as_str));
    problems.extend(parsed.repeated("repeated-name", "name", given));
    problems
}

/// Whether a CNAME can stand at a name: RFC 1123 labels, two at least, 253 characters at most.
fn is_host_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_host_name;

    #[test]
    fn host_names_are_told_from_other_text() {
        for name in ["a.b", "webapi.stage.example.co.uk", "_x.example.com", "a.example.com."] {
            assert!(is_host_name(name), "{name}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for name in ["", "localhost", "a..b", "-a.b", "a-.b", "a b.c", "{{x}}.com", "*.b.c", &long]
        {
            assert!(!is_host_name(name), "{name}");
        }
    }
}
