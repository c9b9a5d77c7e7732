//! Counts what an evaluation allocates, and stops it where its budget ends.

use wasmtime::ResourceLimiter;

use crate::limits::{INSTANCES, MEMORIES, TABLE_ELEMENTS, TABLES};

/// An allocation beyond the budget; it traps.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum OverLimit {
    /// Memories.
    #[error("asked for {} KiB of memory in all; its limit is {} MiB", asked_bytes >> 10, limit_bytes >> 20)]
    Memory { asked_bytes: usize, limit_bytes: usize },
    /// Tables.
    #[error("asked for {asked} table elements in all; the limit is {TABLE_ELEMENTS}")]
    Tables { asked: usize },
}

/// Sums over all memories and tables of a store.
pub(crate) struct Meter {
    limit_bytes: usize,
    memory_bytes: usize,
    table_elements: usize,
}

impl Meter {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Meter { limit_bytes, memory_bytes: 0, table_elements: 0 }
    }

    /// Bytes over all memories, at their largest: memories never shrink.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let asked_bytes = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if asked_bytes > self.limit_bytes {
            return Err(OverLimit::Memory { asked_bytes, limit_bytes: self.limit_bytes }.into());
        }
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.memory_bytes = asked_bytes;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let asked = self.table_elements.saturating_add(desired.saturating_sub(current));
        if asked > TABLE_ELEMENTS {
            return Err(OverLimit::Tables { asked }.into());
        }
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.table_elements = asked;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}
