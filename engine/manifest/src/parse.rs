//! The path of a file: bytes → text → tree → schema → typed → meaning. Each stage says all it
//! has to say; the next begins only when there is no error.

use std::sync::LazyLock;

use jsonschema::Validator;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::file::DeploymentFile;
use crate::schema::{SCHEMA, compile};
use crate::source::{Source, Span};
use crate::yaml;

/// A file that was accepted: typed, and every value's place still known.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub(crate) document: Document,
    pub(crate) file: DeploymentFile,
    warnings: Diagnostics,
}

/// Reads a deployment file. `name` is what errors call it.
///
/// # Errors
/// Everything that is wrong with it, each with its line and column.
pub fn parse(name: &str, bytes: impl AsRef<[u8]>) -> Result<Parsed, Diagnostics> {
    let document = Document::load(name, bytes.as_ref()).map_err(Diagnostics::of_deployment)?;
    let problems = against_schema(&document)?;
    if !problems.is_empty() {
        return Err(document.saying(problems));
    }
    let (file, notes) = yaml::from_node::<DeploymentFile>(&document.tree)
        .map_err(|error| document.saying(vec![error]))?;
    let mut parsed = Parsed { warnings: document.saying(Vec::new()), document, file };
    let mut notes = notes;
    notes.extend(crate::template::check(&parsed.document.tree));
    notes.extend(crate::meaning::check(&parsed));
    notes.extend(crate::lint::check(&parsed));
    let said = parsed.document.saying(notes);
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
        self.document.source()
    }

    /// What its author should know.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// See [`Document::span`].
    #[must_use]
    pub fn span(&self, pointer: &str) -> Span {
        self.document.span(pointer)
    }

    /// See [`Document::key_span`].
    #[must_use]
    pub fn key_span(&self, pointer: &str) -> Span {
        self.document.key_span(pointer)
    }

    /// See [`Document::refused`].
    #[must_use]
    pub fn refused(&self, code: &'static str, problems: &[(String, String)]) -> Diagnostics {
        self.document.refused(code, problems)
    }
}

impl Diagnostics {
    /// What a file that holds nothing is told.
    fn of_deployment(self) -> Self {
        self.helping(
            "empty-file",
            "a deployment file has `canary`, `service`, `target_groups`, `listeners`",
        )
    }
}

fn against_schema(document: &Document) -> Result<Vec<Diagnostic>, Diagnostics> {
    static VALIDATOR: LazyLock<Result<Validator, String>> = LazyLock::new(|| compile(&SCHEMA));
    let validator = VALIDATOR.as_ref().map_err(|error| {
        let title = format!("the built-in schema does not compile: {error}");
        document.saying(vec![Diagnostic::error("schema", 0..0, title)])
    })?;
    Ok(document.judged(validator, &SCHEMA, ""))
}
