//! `anyOf` and `oneOf`: a value that fits none of its forms is held to the one it was meant to
//! have.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::Judge;
use super::words::type_names;
use crate::diagnostic::Diagnostic;
use crate::nearest::listed;

type Form = Vec<ValidationError<'static>>;

impl Judge<'_> {
    /// What is wrong with a value that fits none of its forms.
    pub(super) fn closest_form(
        &self,
        error: &ValidationError<'_>,
        forms: &[Form],
    ) -> Vec<Diagnostic> {
        let here = error.instance_path().as_str();
        let types = self.constants(error);
        let wrong_type = |error: &&ValidationError<'_>| match error.kind() {
            Kind::Constant { .. } => error.instance_path().as_str() == format!("{here}/type"),
            Kind::Required { property } => {
                error.instance_path().as_str() == here && property == "type"
            }
            _ => false,
        };
        let common = forms.first().into_iter().flatten().find(wrong_type);
        if let (Some(example), false) = (common, types.is_empty())
            && forms.iter().all(|form| form.iter().any(|error| wrong_type(&error)))
        {
            return vec![self.wrong_discriminator(example, &types)];
        }
        let meant = forms.iter().filter(|form| is_meant(form, here)).min_by_key(|form| form.len());
        match meant {
            Some(form) => self.explain_each(form),
            None => vec![self.no_form(error, forms)],
        }
    }

    /// The values of `type` that tell the forms apart.
    fn constants(&self, error: &ValidationError<'_>) -> Vec<Value> {
        let forms = self.schema.pointer(error.schema_path().as_str()).and_then(Value::as_array);
        let constant = |form: &Value| form.pointer("/properties/type/const").cloned();
        forms.into_iter().flatten().filter_map(constant).collect()
    }

    fn wrong_discriminator(&self, error: &ValidationError<'_>, types: &[Value]) -> Diagnostic {
        match error.kind() {
            Kind::Required { property } => {
                let names = types.iter().filter_map(Value::as_str);
                let mut diagnostic = self.missing_field(error, property);
                diagnostic.helps = vec![format!("allowed: {}", listed(names))];
                diagnostic
            }
            _ => self.not_a_choice(error, types),
        }
    }

    /// The value has the type of none of the forms.
    fn no_form(&self, error: &ValidationError<'_>, forms: &[Form]) -> Diagnostic {
        let mut wanted = Vec::new();
        forms.iter().for_each(|form| types(form, error.instance_path().as_str(), &mut wanted));
        // Quoted numbers and flags are a courtesy, not a form to advertise.
        if wanted.iter().any(|name| ["a whole number", "true or false"].contains(name)) {
            wanted.retain(|name| *name != "text");
        }
        self.expected(error, &wanted.join(" or "))
    }
}

/// Whether the value has the type of this form, and the `type` field it asks for.
fn is_meant(form: &[ValidationError<'_>], here: &str) -> bool {
    form.iter().all(|error| {
        let path = error.instance_path().as_str();
        match error.kind() {
            Kind::Type { .. } => path != here,
            Kind::Constant { .. } => path.strip_prefix(here) != Some("/type"),
            Kind::AnyOf { context } if path == here => {
                context.iter().any(|form| is_meant(form, here))
            }
            _ => true,
        }
    })
}

/// The types that the forms of a value ask for, each once.
fn types(form: &[ValidationError<'_>], here: &str, names: &mut Vec<&'static str>) {
    for error in form.iter().filter(|error| error.instance_path().as_str() == here) {
        match error.kind() {
            Kind::Type { kind } => {
                for name in type_names(kind) {
                    if name != "nothing" && !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            Kind::AnyOf { context } => context.iter().for_each(|form| types(form, here, names)),
            _ => {}
        }
    }
}
