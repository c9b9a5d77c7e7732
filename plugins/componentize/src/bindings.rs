//! The contract's bindings for C and Go, committed in the templates: their generator is no part of
//! what an author needs.

use anyhow::{Context as _, Result};
use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};

/// One generated file of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Relative to `plugins/examples`.
    pub path: &'static str,
    /// What it says.
    pub text: String,
}

/// Generated file → file of the template.
const C_FILES: [(&str, &str); 2] =
    [("gate_world.h", "c/bindings/gate_world.h"), ("gate_world.c", "c/bindings/gate_world.c")];
const GO_FILES: [(&str, &str); 2] = [
    ("wit_exports.go", "go/exports.go"),
    ("ecs_crd_gate_gate/wit_bindings.go", "go/contract/contract.go"),
];

/// Where the generator's C begins to ask for an object file with the component type.
const C_TYPE_OBJECT: &str = "\n// Ensure that the *_component_type.o object is linked in";

/// The generator's names for Go's packages → the template's. Its runtime module is replaced by the
/// little that a gate uses of it, so that a build fetches nothing.
const GO_NAMES: [(&str, &str); 7] = [
    ("\"go.bytecodealliance.org/pkg/wit/runtime\"", "\"example.com/p99-budget/internal/memory\""),
    ("\"go.bytecodealliance.org/pkg/wit/types\"", "\"example.com/p99-budget/internal/option\""),
    ("\"wit_component/export_ecs_crd_gate_gate\"", "\"example.com/p99-budget/gate\""),
    ("\"wit_component/ecs_crd_gate_gate\"", "\"example.com/p99-budget/contract\""),
    ("export_ecs_crd_gate_gate.", "gate."),
    ("ecs_crd_gate_gate.", "contract."),
    ("package ecs_crd_gate_gate", "package contract"),
];

/// All generated files of the templates.
///
/// # Errors
/// When the generators do not take the contract.
pub fn bindings() -> Result<Vec<Binding>> {
    let c = wit_bindgen_c::Opts { no_object_file: true, ..Default::default() };
    // Without gofmt, which a machine may lack: the same text everywhere.
    let go = wit_bindgen_go::Opts { format: wit_bindgen_go::Format::False, ..Default::default() };
    let mut files = generated(c.build(), &C_FILES)?;
    for file in &mut files {
        // `ecs-crd plugin encode` knows the component type: no object file carries it.
        if let Some(at) = file.text.find(C_TYPE_OBJECT) {
            file.text.truncate(at);
        }
    }
    for mut file in generated(go.build(), &GO_FILES)? {
        for (theirs, ours) in GO_NAMES {
            file.text = file.text.replace(theirs, ours);
        }
        files.push(file);
    }
    Ok(files)
}

fn generated(
    mut generator: Box<dyn WorldGenerator>,
    names: &[(&'static str, &'static str)],
) -> Result<Vec<Binding>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("gate.wit", encoder::CONTRACT)?;
    let world = resolve.select_world(&[package], None)?;
    let mut files = Files::default();
    generator.generate(&mut resolve, world, &mut files)?;
    let text = |(name, path): &(&'static str, &'static str)| {
        let found = files.iter().find(|(file, _)| file == name);
        let (_, bytes) = found.with_context(|| format!("{name} is not generated any more"))?;
        Ok(Binding { path, text: String::from_utf8(bytes.to_vec())? })
    };
    names.iter().map(text).collect()
}
