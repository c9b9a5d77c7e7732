//! A gate's configuration against the plugin's own schema, at the file's places. Those of the
//! built-in ones are part of the file's schema.

use rollout::GateDescription;
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::invalid::Judge;
use crate::parse::Parsed;
use crate::schema::compile;

/// What the plugin's schema has against the configuration of the gate at `pointer`.
pub(super) fn check_config(
    parsed: &Parsed,
    pointer: &str,
    config: &Map<String, Value>,
    description: &GateDescription,
) -> Vec<Diagnostic> {
    let schema = &description.configuration_schema;
    let validator = match compile(schema) {
        Ok(validator) => validator,
        Err(error) => {
            let title = format!("the plugin's configuration schema is no JSON Schema: {error}");
            return vec![parsed.error("plugin-schema", &format!("{pointer}/plugin"), title)];
        }
    };
    let base = format!("{pointer}/config");
    let Document { source, tree } = &parsed.document;
    let judge = Judge { source, tree, schema, base: &base };
    judge.explain_all(validator.iter_errors(&Value::Object(config.clone())))
}
