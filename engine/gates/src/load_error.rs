//! Why a component was not loaded, for the author of the file or of the gate.

use std::time::Duration;

use runner::GateFault;

use crate::limits::COMPONENT_BYTES;
use crate::shape::CONTRACT_VERSION;

/// A component that was not loaded.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{plugin}: {fault}")]
pub struct LoadError {
    /// Its name or path, as the caller gave it.
    pub plugin: String,
    /// What is wrong with it.
    pub fault: LoadFault,
}

/// What is wrong with a component.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum LoadFault {
    /// More bytes than the limit.
    #[error("{bytes} bytes; a component of more than {} MiB is not taken", COMPONENT_BYTES >> 20)]
    TooLarge {
        /// How many.
        bytes: usize,
    },
    /// Something else than a component.
    #[error("this is no WebAssembly component: {what}")]
    NotAComponent {
        /// What it is.
        what: String,
    },
    /// Truncated, malformed, or of a proposal that is switched off.
    #[error("this is no valid WebAssembly component: {why}")]
    Invalid {
        /// What the validator says, with the place.
        why: String,
    },
    /// An import other than WASI 0.2.
    #[error(
        "it imports `{import}`; a gate may import nothing but WASI 0.2 (which is answered by \
         powerless stand-ins). Build it without: Rust for wasm32-unknown-unknown, JavaScript by \
         `componentize-qjs --stub-wasi`, Python by `componentize-py … --stub-wasi`, C without \
         libraries that need a system, Go with the stub of WASI preview 1"
    )]
    ForeignImport {
        /// The first one.
        import: String,
    },
    /// No version of the contract.
    #[error(
        "it does not export `ecs-crd:gate/gate@{CONTRACT_VERSION}` and so is no gate; it exports {}",
        if exports.is_empty() { "nothing".to_owned() } else { format!("`{}`", exports.join("`, `")) }
    )]
    NoContract {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// Another version of the contract.
    #[error(
        "it was built for version {version} of the contract; this host speaks {CONTRACT_VERSION}. \
         Build it with the `wit/gate.wit` of this ecs-crd, or use the ecs-crd it was built for"
    )]
    OtherContract {
        /// Which.
        version: String,
    },
    /// The export's name promises what its functions do not keep.
    #[error("it says that it is a gate of contract {CONTRACT_VERSION}, and is not: {why}")]
    BrokenContract {
        /// The first difference.
        why: String,
    },
    /// The compiler refused, or a limit of the pool is exceeded.
    #[error("it cannot be compiled: {why}")]
    Compile {
        /// What it says.
        why: String,
    },
    /// The compiler was not done in time.
    #[error("it was not compiled within {} s", .limit.as_secs())]
    CompileTime {
        /// The limit.
        limit: Duration,
    },
    /// Its `describe` failed.
    #[error("it does not describe itself: {0}")]
    Describe(GateFault),
}
