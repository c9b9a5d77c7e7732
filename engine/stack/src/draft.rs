//! A template while it is written: only ever added to.

use serde_json::{Map, Value, json};

use crate::refusal::Refusal;
use crate::release::Release;
use crate::rendered::{Rendered, SecretParameter};

/// The parts of a template so far, and what stands against it.
#[derive(Default)]
pub(crate) struct Draft {
    parameters: Map<String, Value>,
    resources: Map<String, Value>,
    outputs: Map<String, Value>,
    secrets: Vec<SecretParameter>,
    refusals: Vec<Refusal>,
}

impl Draft {
    pub(crate) fn parameter(&mut self, name: &str, declaration: Value) {
        self.parameters.insert(name.to_owned(), declaration);
    }

    /// A text, with its value as the default.
    pub(crate) fn text(&mut self, name: &str, description: &str, default: &str) {
        let declaration =
            json!({ "Type": "String", "Description": description, "Default": default });
        self.parameter(name, declaration);
    }

    /// A number, with its value as the default.
    pub(crate) fn count(&mut self, name: &str, description: &str, default: u32) {
        let declaration =
            json!({ "Type": "Number", "Description": description, "Default": default });
        self.parameter(name, declaration);
    }

    pub(crate) fn resource(&mut self, id: &str, resource: Value) {
        if self.resources.insert(id.to_owned(), resource).is_some() {
            let what = format!("two resources of the template would both be called {id}");
            self.refuse("/service/containers", what);
        }
    }

    pub(crate) fn output(&mut self, name: &str, description: &str, value: Value) {
        let output = json!({ "Description": description, "Value": value });
        self.outputs.insert(name.to_owned(), output);
    }

    /// A parameter that nobody is shown (S16); its value goes with the request alone.
    pub(crate) fn secret(&mut self, name: &str, description: &str, value: &str) {
        let declaration = json!({ "Type": "String", "Description": description, "NoEcho": true });
        self.parameter(name, declaration);
        self.secrets.push(SecretParameter::new(name, value));
    }

    pub(crate) fn refuse(&mut self, at: impl Into<String>, what: impl Into<String>) {
        self.refusals.push(Refusal::new(at, what));
    }

    pub(crate) fn refuse_all(&mut self, refusals: Vec<Refusal>) {
        self.refusals.extend(refusals);
    }

    /// The stack, unless something stands against it.
    pub(crate) fn finish(
        self,
        release: &Release<'_>,
        stack: rollout::Stack,
        name: String,
    ) -> Result<Rendered, Vec<Refusal>> {
        if !self.refusals.is_empty() {
            return Err(self.refusals);
        }
        let mut template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "",
            "Parameters": self.parameters,
            "Resources": self.resources,
        });
        if !self.outputs.is_empty() {
            template["Outputs"] = Value::Object(self.outputs);
        }
        // Where another crate has maps keep their order, the text is the same all the same.
        template.sort_all_objects();
        Rendered::new(release, stack, name, template, self.secrets)
    }
}
