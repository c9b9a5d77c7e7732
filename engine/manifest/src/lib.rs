//! YAML text → `Plan`: the file format, its published schema, its errors with line and column.
//! Nothing else in the engine knows the format.

mod diagnostic;
mod document;
pub mod file;
mod gates;
mod invalid;
mod lint;
mod lower;
mod meaning;
mod nearest;
mod parse;
mod render;
mod resolve;
mod schema;
mod secret;
mod source;
mod template;
mod values;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::{Document, to_json};
pub use gates::{CommandLine, OfferedSchema, Plugins};
pub use lower::{Lowered, lower, service_of};
pub use parse::{Parsed, parse};
pub use resolve::Parameters;
pub use schema::{schema, schema_of};
pub use source::{Position, Source, Span};
pub use template::Variable;
pub use values::{Arn, ContainerPort, Flag, Pairs, Port, Seconds, Whole, Words};
