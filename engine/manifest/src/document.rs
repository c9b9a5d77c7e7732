//! A YAML file held to a schema: bytes → text → tree → schema → typed, every value's place known.
//! The deployment file is one; files of other formats are read by the schema they come with.

use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::invalid::Judge;
use crate::schema::compile;
use crate::secret::{masked, masked_lines};
use crate::source::{Source, Span};
use crate::yaml::{self, Node};

/// A file that is YAML: its text, secrets masked, and its tree.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) source: Source,
    pub(crate) tree: Node,
}

impl Document {
    /// Reads a file of a format with this schema. `name` is what errors call it.
    ///
    /// # Errors
    /// Everything that is wrong with its form, each with its line and column.
    pub fn read<T: DeserializeOwned>(
        name: &str,
        bytes: impl AsRef<[u8]>,
        schema: &Value,
    ) -> Result<(T, Self), Diagnostics> {
        let document = Document::load(name, bytes.as_ref())?;
        let said = document.held_to(schema, "");
        if said.refuse() {
            return Err(said);
        }
        let (typed, notes) =
            yaml::from_node(&document.tree).map_err(|error| document.saying(vec![error]))?;
        let notes = document.saying(notes);
        if notes.refuse() { Err(notes) } else { Ok((typed, document)) }
    }

    /// Text and tree, held to nothing yet.
    pub(crate) fn load(name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let text = text(name, bytes)?;
        let tree = yaml::load(text).map_err(|problems| {
            Diagnostics::new(&Source::new(name, &masked_lines(text)), problems)
        })?;
        Ok(Document { source: Source::new(name, &masked(text, &tree)), tree })
    }

    /// What a schema has against the value that a JSON pointer names; against no fields where there
    /// is no such value.
    #[must_use]
    pub fn held_to(&self, schema: &Value, pointer: &str) -> Diagnostics {
        self.saying(match compile(schema) {
            Ok(validator) => self.judged(&validator, schema, pointer),
            Err(error) => {
                let title = format!("the schema does not compile: {error}");
                vec![Diagnostic::error("schema", self.span(pointer), title)]
            }
        })
    }

    /// The same by a schema that was compiled before.
    pub(crate) fn judged(
        &self,
        validator: &Validator,
        schema: &Value,
        pointer: &str,
    ) -> Vec<Diagnostic> {
        let nothing = || Value::Object(Map::new());
        let value = self.tree.at(pointer).map_or_else(nothing, |(node, _)| node.to_json());
        let judge = Judge { source: &self.source, tree: &self.tree, schema, base: pointer };
        judge.explain_all(validator.iter_errors(&value))
    }

    /// The text and its name. Secrets in it are masked: the rest of it is the file, place by place.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
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
        let problem = |(pointer, sentence): &(String, String)| {
            Diagnostic::error(code, self.span(pointer), sentence)
        };
        self.saying(problems.iter().map(problem).collect())
    }

    pub(crate) fn saying(&self, problems: Vec<Diagnostic>) -> Diagnostics {
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

/// A file's content as JSON, as a schema sees it; none if it is no YAML.
#[must_use]
pub fn to_json(bytes: impl AsRef<[u8]>) -> Option<Value> {
    Document::load("", bytes.as_ref()).ok().map(|document| document.tree.to_json())
}
