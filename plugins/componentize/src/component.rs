//! Encodes a component and reads back what it imports and exports.

use anyhow::{Context as _, Result, bail};
use wit_component::{ComponentEncoder, DecodedWasm};

/// The names of what a component imports and exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// For example `wasi:io/streams@0.2.0`; a gate has none.
    pub imports: Vec<String>,
    /// For example `ecs-crd:gate/gate@0.1.0`.
    pub exports: Vec<String>,
}

/// Makes a component of a core module that carries its component type (as the SDK's export macro
/// puts it there).
///
/// # Errors
/// When the module is none, lacks its component type, or makes a component that imports anything:
/// a gate is a pure function.
pub fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .context("this is not a core module with a component type")?
        .encode()
        .context("the module does not fit its component type")?;
    let imports = surface(&component)?.imports;
    if !imports.is_empty() {
        bail!("a gate imports nothing, and this one imports {}", imports.join(", "));
    }
    Ok(component)
}

/// What a component imports and exports.
///
/// # Errors
/// When the bytes are no component.
pub fn surface(component: &[u8]) -> Result<Surface> {
    let decoded = wit_component::decode(component).context("this is not a component")?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        bail!("this is a WIT package, not a component");
    };
    let world = &resolve.worlds[world];
    let names = |keys: Vec<&wit_parser::WorldKey>| {
        keys.into_iter().map(|key| resolve.name_world_key(key)).collect()
    };
    Ok(Surface {
        imports: names(world.imports.keys().collect()),
        exports: names(world.exports.keys().collect()),
    })
}
