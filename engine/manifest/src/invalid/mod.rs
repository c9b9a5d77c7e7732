//! Schema errors → diagnostics at their places, in words.

mod forms;
mod words;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::nearest::{listed, nearest};
use crate::source::{Source, Span};
use crate::yaml::Node;

use words::{dotted, type_names};

/// What a schema has against a part of a file.
pub(crate) struct Judge<'a> {
    /// The file.
    pub(crate) source: &'a Source,
    /// Its tree.
    pub(crate) tree: &'a Node,
    /// The schema, to look up what would have been right.
    pub(crate) schema: &'a Value,
    /// Where in the tree the value stands that the schema is about.
    pub(crate) base: &'a str,
}

impl Judge<'_> {
    /// All that is wrong, each at its place.
    pub(crate) fn explain_all<'e>(
        &self,
        errors: impl IntoIterator<Item = ValidationError<'e>>,
    ) -> Vec<Diagnostic> {
        let errors: Vec<_> = errors.into_iter().map(ValidationError::to_owned).collect();
        self.explain_each(&errors)
    }

    /// A value that is no choice is not said to have the wrong type as well.
    fn explain_each(&self, errors: &[ValidationError<'static>]) -> Vec<Diagnostic> {
        let not_a_choice: Vec<&str> = errors
            .iter()
            .filter(|error| matches!(error.kind(), Kind::Enum { .. } | Kind::Constant { .. }))
            .map(|error| error.instance_path().as_str())
            .collect();
        let said_already = |error: &&ValidationError<'_>| {
            matches!(error.kind(), Kind::Type { .. })
                && not_a_choice.contains(&error.instance_path().as_str())
        };
        errors.iter().filter(|error| !said_already(error)).flat_map(|e| self.explain(e)).collect()
    }

    fn explain(&self, error: &ValidationError<'_>) -> Vec<Diagnostic> {
        match error.kind() {
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.closest_form(error, context)
            }
            Kind::AdditionalProperties { unexpected } => {
                unexpected.iter().map(|name| self.unknown_field(error, name)).collect()
            }
            Kind::Required { property } => vec![self.missing_field(error, property)],
            Kind::Type { kind } => vec![self.wrong_type(error, kind)],
            Kind::Enum { options } => {
                vec![self.not_a_choice(error, options.as_array().map_or(&[], Vec::as_slice))]
            }
            Kind::Constant { expected_value } => {
                vec![self.not_a_choice(error, std::slice::from_ref(expected_value.as_ref()))]
            }
            kind => vec![self.out_of_bounds(error, kind)],
        }
    }

    fn unknown_field(&self, error: &ValidationError<'_>, name: &str) -> Diagnostic {
        let (path, node) = self.place(error);
        let span = node.get(name).map_or(node.span.clone(), |entry| entry.key_span.clone());
        let known = self.sibling(error, "properties").and_then(Value::as_object);
        let known: Vec<&str> =
            known.into_iter().flat_map(|k| k.keys()).map(String::as_str).collect();
        let title = format!("unknown field `{name}` in {}", dotted(&path));
        let diagnostic = Diagnostic::error("unknown-field", span, title);
        let diagnostic = match nearest(name, known.iter().copied()) {
            Some(name) => diagnostic.label(format!("did you mean `{name}`?")),
            None => diagnostic,
        };
        diagnostic.help(format!("known here: {}", listed(known)))
    }

    fn missing_field(&self, error: &ValidationError<'_>, property: &Value) -> Diagnostic {
        let name = property.as_str().unwrap_or_default();
        let (path, _) = self.place(error);
        let title = format!("`{name}` is missing in {}", dotted(&path));
        let diagnostic = Diagnostic::error("missing-field", self.head_of(&path), title);
        let field = self.sibling(error, "properties").and_then(|fields| fields.get(name));
        match field.and_then(|field| field.get("description")).and_then(Value::as_str) {
            Some(description) => diagnostic.help(format!("`{name}`: {description}")),
            None => diagnostic,
        }
    }

    fn wrong_type(&self, error: &ValidationError<'_>, kind: &TypeKind) -> Diagnostic {
        self.expected(error, &type_names(kind).join(" or "))
    }

    /// `wanted` in place of what stands there.
    fn expected(&self, error: &ValidationError<'_>, wanted: &str) -> Diagnostic {
        let (path, node) = self.place(error);
        let title = format!("{} must be {wanted}, not {}", dotted(&path), node.kind_name());
        let diagnostic = Diagnostic::error("wrong-type", self.source.head(&node.span), title);
        match (node.scalar(), wanted) {
            _ if path.ends_with("/client_secret") => diagnostic,
            (Some(scalar), "text") if !scalar.text.is_empty() => {
                diagnostic.label("quote it").help(format!("write \"{}\"", scalar.text))
            }
            (Some(scalar), _) if scalar.text.is_empty() => {
                Diagnostic { span: self.head_of(&path), ..diagnostic }
                    .label("nothing is given here")
                    .help("give a value or remove the field")
            }
            (_, "a list") => diagnostic.help("begin every item on a line of its own with `- `"),
            _ => diagnostic,
        }
    }

    fn not_a_choice(&self, error: &ValidationError<'_>, choices: &[Value]) -> Diagnostic {
        let (path, node) = self.place(error);
        let given = node.scalar().map_or("", |scalar| scalar.text.as_str());
        let choices: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        let title = match node.scalar() {
            Some(_) => format!("{} cannot be `{given}`", dotted(&path)),
            None => format!("{} cannot be {}", dotted(&path), node.kind_name()),
        };
        let diagnostic = Diagnostic::error("not-a-choice", self.source.head(&node.span), title);
        let diagnostic = match nearest(given, choices.iter().copied()) {
            Some(name) => diagnostic.label(format!("did you mean `{name}`?")),
            None => diagnostic,
        };
        diagnostic.help(format!("allowed: {}", listed(choices)))
    }

    fn out_of_bounds(&self, error: &ValidationError<'_>, kind: &Kind) -> Diagnostic {
        let (path, node) = self.place(error);
        let (name, given) = (dotted(&path), node.scalar().map_or("", |scalar| &scalar.text));
        let (code, title) = match kind {
            Kind::Minimum { limit } => ("too-small", format!("{name} must be at least {limit}")),
            Kind::Maximum { limit } => ("too-large", format!("{name} must be at most {limit}")),
            Kind::ExclusiveMinimum { limit } => {
                ("too-small", format!("{name} must be above {limit}"))
            }
            Kind::ExclusiveMaximum { limit } => {
                ("too-large", format!("{name} must be below {limit}"))
            }
            Kind::MinLength { limit: 1 } => ("empty", format!("{name} is empty")),
            Kind::MinLength { limit } => {
                ("too-short", format!("{name} needs at least {limit} characters"))
            }
            Kind::MaxLength { limit } => {
                ("too-long", format!("{name} may have at most {limit} characters"))
            }
            Kind::MinItems { limit: 1 } => ("empty", format!("{name} has no items")),
            Kind::MinItems { limit } => ("too-few", format!("{name} needs at least {limit} items")),
            Kind::MaxItems { limit } => {
                ("too-many", format!("{name} may have at most {limit} items"))
            }
            Kind::MinProperties { .. } => ("empty", format!("{name} has no fields")),
            Kind::UniqueItems => ("repeated", format!("{name} names something twice")),
            Kind::Pattern { .. } => ("wrong-form", format!("{name} cannot be `{given}`")),
            _ => ("invalid", format!("{name}: {error}")),
        };
        let mut diagnostic = Diagnostic::error(code, self.source.head(&node.span), title);
        if given.len() > 1 && given.starts_with('0') && given.parse::<u64>().is_ok() {
            diagnostic = diagnostic.label("without leading zeros");
        }
        match self.sibling(error, "patternErrorMessage").and_then(Value::as_str) {
            Some(message) if matches!(kind, Kind::Pattern { .. }) => diagnostic.help(message),
            _ => diagnostic,
        }
    }

    /// The pointer and the node that an error is about; where a default stands in no file, the
    /// nearest thing around it.
    fn place(&self, error: &ValidationError<'_>) -> (String, &Node) {
        let path = format!("{}{}", self.base, error.instance_path().as_str());
        let (_, node) = self.nearest_place(&path);
        (path, node)
    }

    fn nearest_place(&self, path: &str) -> (Option<&Span>, &Node) {
        let mut path = path;
        loop {
            match (self.tree.at(path), path.rsplit_once('/')) {
                (Some((node, key)), _) => return (key, node),
                (None, Some((parent, _))) => path = parent,
                (None, None) => return (None, self.tree),
            }
        }
    }

    /// A short place for a whole object: its key, or the beginning of its first line.
    fn head_of(&self, path: &str) -> Span {
        match self.nearest_place(path) {
            (Some(key), _) => key.clone(),
            (None, node) => self.source.head(&node.span),
        }
    }

    /// A keyword that stands beside the one that failed.
    fn sibling(&self, error: &ValidationError<'_>, keyword: &str) -> Option<&Value> {
        let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
        self.schema.pointer(parent)?.get(keyword)
    }
}
