//! What a component imports and exports.

use anyhow::{Context as _, Result, bail};
use wit_component::DecodedWasm;

/// The names of what a component imports and exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// For example `wasi:io/streams@0.2.0`; a gate has none, or those of WASI 0.2.
    pub imports: Vec<String>,
    /// For example `ecs-crd:gate/gate@0.1.0`.
    pub exports: Vec<String>,
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
