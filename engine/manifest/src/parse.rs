//! The path of a file: bytes → text → tree → schema → typed → meaning. Each stage says all it
//! has to say; the next begins only when there is no error.

use std::sync::LazyLock;

use jsonschema::Validator;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::file::DeploymentFile;
use crate::invalid::Judge;
use crate::schema::{SCHEMA, compile};
use crate::secret::{masked, masked_lines};
use crate::source::{Source, Span};
use crate::yaml::{self, Node};

/// A file that was accepted: typed, and every value's place still known.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub(crate) source: Source,
    pub(crate) tree: Node,
    pub(crate) file: DeploymentFile,
    warnings: Diagnostics,
}

/// Reads a deployment file. `name` is what errors call it.
///
/// # Errors
/// Everything that is wrong with it, each with its line and column.
pub fn parse(name: &str, bytes: impl AsRef<[u8]>) -> Result<Parsed, Diagnostics> {
    let text = text(name, bytes.as_ref())?;
    let tree = yaml::load(text)
        .map_err(|problems| Diagnostics::new(&Source::new(name, &masked_lines(text)), problems))?;
    let source = Source::new(name, &masked(text, &tree));
    let fail = |problems| Diagnostics::new(&source, problems);
    let problems = against_schema(&source, &tree)?;
    if !problems.is_empty() {
        return Err(fail(problems));
    }
    let (file, notes) =
        yaml::from_node::<DeploymentFile>(&tree).map_err(|error| fail(vec![error]))?;
    let mut parsed = Parsed { warnings: fail(Vec::new()), source, tree, file };
    let mut notes = notes;
    notes.extend(crate::template::check(&parsed.tree));
    notes.extend(crate::meaning::check(&parsed));
    notes.extend(crate::lint::check(&parsed));
    let said = Diagnostics::new(&parsed.source, notes);
    if said.refuse() {
        return Err(said);
    }
    parsed.warnings = said;
    Ok(parsed)
}

impl Parsed {
    /// The typed file, templates not yet filled in.
    #[must_use]
    pub fn file(&self) -> &DeploymentFile {
        &self.file
    }

    /// The text and its name. Secrets in it are masked: the rest of it is the file, place by place,
    /// and means the same plan.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What its author should know.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The place of the value that a JSON pointer names; of its nearest ancestor where there is no
    /// such value.
    #[must_use]
    pub fn span(&self, pointer: &str) -> Span {
        let mut pointer = pointer;
        loop {
            match (self.tree.at(pointer), pointer.rsplit_once('/')) {
                (Some((node, _)), _) => return self.source.head(&node.span),
                (None, Some((parent, _))) => pointer = parent,
                (None, None) => return 0..0,
            }
        }
    }

    /// The place of a field's name, or of the value where it has none.
    #[must_use]
    pub fn key_span(&self, pointer: &str) -> Span {
        match self.tree.at(pointer) {
            Some((_, Some(key))) => key.clone(),
            _ => self.span(pointer),
        }
    }

    /// Errors of somebody else about values of this file, such as what a gate says of its own
    /// configuration: JSON pointer and sentence each.
    #[must_use]
    pub fn refused(&self, code: &'static str, problems: &[(String, String)]) -> Diagnostics {
        let problems = problems
            .iter()
            .map(|(pointer, sentence)| Diagnostic::error(code, self.span(pointer), sentence))
            .collect();
        Diagnostics::new(&self.source, problems)
    }
}

/// Bytes that are no text are an error at the first of them.
fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Diagnostics> {
    if bytes.len() > yaml::MOST_BYTES {
        let title =
            format!("the file has {} bytes; at most {} are read", bytes.len(), yaml::MOST_BYTES);
        let source = Source::new(name, "");
        return Err(Diagnostics::new(&source, vec![Diagnostic::error("too-big", 0..0, title)]));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (good, bad) = bytes.split_at(error.valid_up_to());
        let source = Source::new(name, &String::from_utf8_lossy(good));
        let byte = bad.first().copied().unwrap_or_default();
        let title = format!("the file is not UTF-8: byte 0x{byte:02x} is no text");
        let at = source.text().len();
        let problem = Diagnostic::error("not-utf-8", at..at, title).help("save it as UTF-8");
        Diagnostics::new(&source, vec![problem])
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn against_schema(source: &Source, tree: &Node) -> Result<Vec<Diagnostic>, Diagnostics> {
    static VALIDATOR: LazyLock<Result<Validator, String>> = LazyLock::new(|| compile(&SCHEMA));
    let validator = VALIDATOR.as_ref().map_err(|error| {
        let title = format!("the built-in schema does not compile: {error}");
        Diagnostics::new(source, vec![Diagnostic::error("schema", 0..0, title)])
    })?;
    let value = tree.to_json();
    let judge = Judge { source, tree, schema: &SCHEMA, base: "" };
    Ok(judge.explain_all(validator.iter_errors(&value)))
}

/// A file's content as JSON, as the published schema sees it; none if it is no YAML.
#[must_use]
pub fn to_json(bytes: impl AsRef<[u8]>) -> Option<serde_json::Value> {
    let text = text("", bytes.as_ref()).ok()?;
    yaml::load(text).ok().map(|tree| tree.to_json())
}
