//! What can be seen of a component before it is compiled: whether it is one, what it imports and
//! exports, and whether that keeps the contract.

use semver::Version;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use crate::limits::COMPONENT_BYTES;
use crate::load_error::LoadFault;
use crate::text::printable;

/// The contract's interface, without its version.
const INTERFACE: &str = "ecs-crd:gate/gate";
/// The version of the contract this host speaks.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// A component's outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

/// Reads the outside, and holds it against the contract. What is inside is left to [`validate`].
pub(crate) fn shape(bytes: &[u8]) -> Result<Shape, LoadFault> {
    if bytes.len() > COMPONENT_BYTES {
        return Err(LoadFault::TooLarge { bytes: bytes.len() });
    }
    is_component(bytes)?;
    let shape = outside(bytes).map_err(|error| invalid(&error, bytes.len()))?;
    if let Some(import) = shape.imports.iter().find(|name| !is_wasi_02(name)) {
        return Err(LoadFault::ForeignImport { import: import.clone() });
    }
    speaks_contract(&shape.exports)?;
    Ok(shape)
}

/// Validates all of a component. It takes long for a large one, so it is done before compiling and
/// not again.
pub(crate) fn validate(bytes: &[u8]) -> Result<(), LoadFault> {
    Validator::new_with_features(features())
        .validate_all(bytes)
        .map(|_types| ())
        .map_err(|error| invalid(&error, bytes.len()))
}

/// What a component may use: what the engine is configured for.
pub(crate) fn features() -> WasmFeatures {
    WasmFeatures::default()
        .difference(WasmFeatures::THREADS | WasmFeatures::MEMORY64 | WasmFeatures::EXCEPTIONS)
        .difference(WasmFeatures::GC | WasmFeatures::FUNCTION_REFERENCES | WasmFeatures::CM_ASYNC)
}

fn invalid(error: &wasmparser::BinaryReaderError, bytes: usize) -> LoadFault {
    let why =
        format!("{} (at byte {} of {bytes})", printable(error.message(), 300), error.offset());
    LoadFault::Invalid { why }
}

/// The first bytes of files that are taken for components by mistake.
const MISTAKES: [(&[u8], &str); 9] = [
    (
        b"\x7fELF",
        "a compiled file (or a program); it would run unchecked, so only components are taken",
    ),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"PK\x03\x04", "a zip archive"),
    (b"(component", "WebAssembly text; compile it first: `wasm-tools parse`"),
    (b"(module", "WebAssembly text of a core module; compile it, then make it a component"),
    (b"package ", "a WIT file, which describes a component"),
    (b"#!", "a script"),
];

fn is_component(bytes: &[u8]) -> Result<(), LoadFault> {
    if bytes.is_empty() {
        return Err(LoadFault::NotAComponent { what: "an empty file".to_owned() });
    }
    if let Some((_, what)) = MISTAKES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(LoadFault::NotAComponent { what: (*what).to_owned() });
    }
    let what = match (bytes.get(..4), bytes.get(4..8)) {
        (Some(b"\0asm"), Some([_, _, 1, 0])) => return Ok(()),
        (Some(b"\0asm"), Some([1, 0, 0, 0])) => {
            "a core module; make it a component: `wasm-tools component new`, or build for a \
             component target"
        }
        (Some(b"\0asm"), None) => "cut off in its first 8 bytes",
        (Some(b"\0asm"), Some(_)) => "WebAssembly of an unknown version",
        _ => "not WebAssembly",
    };
    Err(LoadFault::NotAComponent { what: what.to_owned() })
}

/// The names of the outermost component's imports and exports.
fn outside(bytes: &[u8]) -> wasmparser::Result<Shape> {
    let mut shape = Shape::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    shape.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    shape.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(shape)
}

/// `wasi:…@0.2.z`.
fn is_wasi_02(import: &str) -> bool {
    import
        .strip_prefix("wasi:")
        .and_then(|name| name.split_once('@'))
        .and_then(|(_, version)| Version::parse(version).ok())
        .is_some_and(|version| (version.major, version.minor) == (0, 2))
}

fn speaks_contract(exports: &[String]) -> Result<(), LoadFault> {
    let versions =
        || exports.iter().filter_map(|name| name.strip_prefix(INTERFACE)?.strip_prefix('@'));
    if versions().any(|version| version == CONTRACT_VERSION) {
        return Ok(());
    }
    match versions().next() {
        Some(version) => Err(LoadFault::OtherContract { version: version.to_owned() }),
        None => Err(LoadFault::NoContract { exports: exports.to_vec() }),
    }
}

#[cfg(test)]
mod tests {
    use super::is_wasi_02;

    #[test]
    fn only_wasi_0_2_may_be_imported() {
        for import in ["wasi:cli/stderr@0.2.0", "wasi:http/types@0.2.12"] {
            assert!(is_wasi_02(import), "{import}");
        }
        for import in [
            "wasi:cli/stderr@0.3.0",
            "wasi:cli/stderr@1.2.0",
            "wasi:cli/stderr",
            "wasi:cli/stderr@0.2",
            "wasix:cli/stderr@0.2.0",
            "log",
        ] {
            assert!(!is_wasi_02(import), "{import}");
        }
    }
}
