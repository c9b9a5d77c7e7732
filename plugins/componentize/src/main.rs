//! `componentize MODULES OUT`: writes components, descriptions and digests of the built-in gates.
//!
//! `componentize --descriptions OUT` writes the descriptions alone, which needs no guest toolchain;
//! `componentize --bindings EXAMPLES` writes the contract's bindings for C and Go into the templates.

use anyhow::{Context as _, Result, bail};
use componentize::{GATES, bindings, description_json};
use encoder::{encode, surface};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--descriptions", out] => write_descriptions(Path::new(out)),
        ["--bindings", out] => {
            for file in bindings()? {
                write(&Path::new(out).join(file.path), file.text)?;
            }
            Ok(())
        }
        [modules, out] => {
            write_descriptions(Path::new(out))?;
            write_components(Path::new(modules), Path::new(out))
        }
        _ => bail!(
            "usage: componentize MODULES OUT | componentize --descriptions OUT | componentize \
             --bindings EXAMPLES"
        ),
    }
}

fn write_descriptions(out: &Path) -> Result<()> {
    for gate in GATES {
        write(&out.join(format!("{}.json", gate.name)), description_json(&(gate.describe)())?)?;
    }
    Ok(())
}

/// Writes each component, and `SHA256SUMS` as `sha256sum --check` reads it.
fn write_components(modules: &Path, out: &Path) -> Result<()> {
    let mut sums = String::new();
    for gate in GATES {
        let path = modules.join(gate.module);
        let module = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let component = encode(&module).with_context(|| format!("gate {}", gate.name))?;
        let imports = surface(&component)?.imports;
        if !imports.is_empty() {
            bail!(
                "a built-in gate imports nothing, and {} imports {}",
                gate.name,
                imports.join(", ")
            );
        }
        let digest =
            Sha256::digest(&component).iter().map(|b| format!("{b:02x}")).collect::<String>();
        sums += &format!("{digest}  {}.wasm\n", gate.name);
        write(&out.join(format!("{}.wasm", gate.name)), component)?;
    }
    write(&out.join("SHA256SUMS"), sums)
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
