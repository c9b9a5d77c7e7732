//! What this process asked of stacks. Another process that takes over knows less, and errs on the
//! safe side: a stack on its way out is falling, one that is gone is absent.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rollout::Stack;
use runner::Deployment;

/// What was asked of one stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The stack's id, by which it is found even when it is gone.
    pub(crate) stack_id: String,
    /// Whether its deletion was asked for, rather than its creation.
    pub(crate) retired: bool,
}

/// What was asked of every stack.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<(String, Stack), Asked>>);

impl Memory {
    pub(crate) fn recall(&self, deployment: &Deployment, stack: Stack) -> Option<Asked> {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&(deployment.id.clone(), stack)).cloned()
    }

    pub(crate) fn keep(&self, deployment: &Deployment, stack: Stack, what: Asked) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert((deployment.id.clone(), stack), what);
    }
}
