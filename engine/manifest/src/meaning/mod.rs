//! What a schema cannot say and yet is wrong: fields that contradict each other, names that name
//! nothing.

mod balancing;
mod containers;
mod names;
mod platform;
mod scaling;
mod strategy;

use crate::diagnostic::Diagnostic;
use crate::nearest::{listed, nearest};
use crate::parse::Parsed;

pub(crate) use balancing::mapped_ports;
pub(crate) use names::{host_names, service_name};

/// Everything that refuses a file whose form is right.
pub(crate) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let parts: [fn(&Parsed) -> Vec<Diagnostic>; 6] = [
        strategy::check,
        names::check,
        containers::check,
        balancing::check,
        scaling::check,
        platform::check,
    ];
    parts.iter().flat_map(|part| part(parsed)).collect()
}

impl Parsed {
    /// An error at the place a pointer names.
    pub(crate) fn error(
        &self,
        code: &'static str,
        pointer: &str,
        title: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, self.span(pointer), title)
    }

    /// A warning at the place a pointer names.
    pub(crate) fn warning(
        &self,
        code: &'static str,
        pointer: &str,
        title: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::warning(code, self.span(pointer), title)
    }

    /// An error about a name that names nothing, with the nearest that does.
    pub(crate) fn unknown_name(
        &self,
        code: &'static str,
        pointer: &str,
        kind: &str,
        name: &str,
        known: &[&str],
    ) -> Diagnostic {
        let diagnostic = self.error(code, pointer, format!("there is no {kind} `{name}`"));
        let diagnostic = match nearest(name, known.iter().copied()) {
            Some(name) => diagnostic.label(format!("did you mean `{name}`?")),
            None => diagnostic,
        };
        match known {
            [] => diagnostic.help(format!("this file has no {kind} at all")),
            known => diagnostic.help(format!("known: {}", listed(known.iter().copied()))),
        }
    }

    /// An error for every name that was given before.
    pub(crate) fn repeated<'a>(
        &self,
        code: &'static str,
        kind: &str,
        names: impl IntoIterator<Item = (String, &'a str)>,
    ) -> Vec<Diagnostic> {
        let mut seen: Vec<(String, &str)> = Vec::new();
        let mut problems = Vec::new();
        for (pointer, name) in names {
            match seen.iter().find(|(_, earlier)| *earlier == name) {
                Some((first, _)) => problems.push(
                    self.error(code, &pointer, format!("the {kind} `{name}` is given twice"))
                        .related(self.span(first), "first given here"),
                ),
                None => seen.push((pointer, name)),
            }
        }
        problems
    }
}
