//! From a core module to a component.

use anyhow::{Context as _, Result, bail};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata, metadata};
use wit_parser::Resolve;

/// The contract of gates: `wit/gate.wit`.
pub const CONTRACT: &str = include_str!("../../../wit/gate.wit");

/// How every component begins: a core module has version 1 where a component has 13 and layer 1.
const COMPONENT_HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// Makes a component of a core module that exports the contract's functions. Where the module does
/// not carry its component type, it is given the contract's; what it wants of WASI preview 1 is
/// answered by a stub without powers.
///
/// # Errors
/// When the module is none, or does not export what the contract says, or imports anything else.
pub fn encode(module: &[u8]) -> Result<Vec<u8>> {
    if module.get(..8) == Some(COMPONENT_HEADER) {
        bail!("this is a component already");
    }
    if !module.starts_with(b"\0asm") {
        bail!("this is not a core module: it does not begin as WebAssembly does");
    }
    let (carried, _) = metadata::decode(module).context("this is not a core module")?;
    let mut module = module.to_vec();
    if carried.is_none() {
        embed(&mut module, CONTRACT)?;
    }
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .context("this is not a core module with a component type")?
        .adapter("wasi_snapshot_preview1", &preview1()?)
        .context("the stub of WASI preview 1")?
        .encode()
        .context("the module does not fit its component type")
}

/// Puts the type of a WIT text's only world into a module.
fn embed(module: &mut Vec<u8>, wit: &str) -> Result<()> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("gate.wit", wit)?;
    let world = resolve.select_world(&[package], None)?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8, false)
}

/// The stub of WASI preview 1, as the encoder wants it.
fn preview1() -> Result<Vec<u8>> {
    let mut module = wat::parse_str(include_str!("preview1.wat"))?;
    embed(&mut module, include_str!("preview1.wit"))?;
    Ok(module)
}
