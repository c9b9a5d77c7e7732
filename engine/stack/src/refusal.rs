//! Why there is no template.

use std::fmt;

/// Something that a file asks for and this account or CloudFormation cannot give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The place in the file, as a JSON pointer: `Parsed::refused` shows it with its line.
    pub at: String,
    /// A sentence with what was asked for, what was found, and what would be right.
    pub what: String,
}

impl Refusal {
    pub(crate) fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Refusal { at: at.into(), what: what.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}
