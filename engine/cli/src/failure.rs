//! How a command fails: a sentence for people, and an exit code of the contract.

use runner::{CallError, DriveError, LedgerError};

/// A command that did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    /// Of the contract.
    pub(crate) exit_code: u8,
    /// What failed, why, what next.
    pub(crate) message: String,
}

impl Failure {
    /// Usage, an invalid file or plugin: exit 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure { exit_code: 2, message: message.into() }
    }

    pub(crate) fn new(exit_code: u8, message: impl Into<String>) -> Self {
        Failure { exit_code, message: message.into() }
    }
}

impl From<manifest::Diagnostics> for Failure {
    fn from(diagnostics: manifest::Diagnostics) -> Self {
        Failure::usage(diagnostics.render(crate::terminal::has_colours()))
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit_code = match &error {
            LedgerError::Held { .. } | LedgerError::Lost { .. } => 30,
            LedgerError::Unknown(_) => 2,
            _ => 40,
        };
        let next = match &error {
            LedgerError::Held { .. } => {
                ": `ecs-crd status -f FILE` shows how it stands, `ecs-crd abort -f FILE` takes it back"
            }
            _ => "",
        };
        Failure::new(exit_code, format!("{error}{next}"))
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Failure::new(error.exit_code(), error.to_string())
    }
}

impl From<DriveError> for Failure {
    fn from(error: DriveError) -> Self {
        Failure::new(error.exit_code(), error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::new(1, format!("writing to standard output: {error}"))
    }
}
