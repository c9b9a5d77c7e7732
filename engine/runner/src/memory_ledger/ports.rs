//! The ledger's ports on the store in memory.

use std::sync::Arc;

use async_trait::async_trait;
use rollout::Word;

use super::MemoryLedger;
use crate::{
    Archive, Entry, Evaluation, Journal, Kept, Lease, Leases, RunSummary, Shelf, SpokenWord,
    WordFate, Words,
};

#[async_trait]
impl Journal for MemoryLedger {
    async fn begin(
        &self,
        lease: &Lease,
        deployment: &str,
        service_key: &str,
        first: &Arc<Entry>,
    ) -> Kept<()> {
        let mut store = self.store();
        store.check(self.process.number, lease)?;
        store.begin(deployment, service_key, first)
    }

    async fn append(&self, lease: &Lease, deployment: &str, entry: &Arc<Entry>) -> Kept<()> {
        let mut store = self.store();
        store.check(self.process.number, lease)?;
        store.run_mut(deployment)?.append(deployment, entry)
    }

    async fn keep_evaluation(
        &self,
        lease: &Lease,
        deployment: &str,
        evaluation: &Arc<Evaluation>,
    ) -> Kept<()> {
        let mut store = self.store();
        store.check(self.process.number, lease)?;
        store.run_mut(deployment)?.keep_evaluation(evaluation);
        Ok(())
    }

    async fn end(&self, lease: &Lease, deployment: &str, exit_code: u8) -> Kept<()> {
        let mut store = self.store();
        store.check(self.process.number, lease)?;
        store.run_mut(deployment)?.exit_code = Some(exit_code);
        Ok(())
    }
}

#[async_trait]
impl Archive for MemoryLedger {
    async fn entries(&self, deployment: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>> {
        Ok(self.store().run(deployment)?.entries_from(from_seq))
    }

    async fn evaluations(&self, deployment: &str) -> Kept<Vec<Arc<Evaluation>>> {
        Ok(self.store().run(deployment)?.evaluations.clone())
    }

    async fn runs(&self) -> Kept<Vec<RunSummary>> {
        Ok(self.store().summaries())
    }
}

#[async_trait]
impl Leases for MemoryLedger {
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease> {
        self.store().acquire(self.process.number, key, holder)
    }

    async fn renew(&self, lease: &Lease) -> Kept<()> {
        self.store().check(self.process.number, lease)
    }

    fn surely_ours(&self, lease: &Lease, _for_s: u32) -> bool {
        self.store().check(self.process.number, lease).is_ok()
    }

    async fn release(&self, lease: &Lease) -> Kept<()> {
        self.store().release(self.process.number, lease);
        Ok(())
    }

    async fn holder(&self, key: &str) -> Kept<Option<String>> {
        Ok(self.store().holder(key))
    }
}

#[async_trait]
impl Words for MemoryLedger {
    async fn say(&self, deployment: &str, word: Word, by: &str) -> Kept<u32> {
        Ok(self.store().run_mut(deployment)?.say(word, by))
    }

    async fn hear(&self, deployment: &str) -> Kept<Vec<SpokenWord>> {
        Ok(self.store().run(deployment)?.unsettled())
    }

    async fn settle(&self, deployment: &str, number: u32, fate: &WordFate) -> Kept<()> {
        self.store().run_mut(deployment)?.settle(deployment, number, fate)
    }

    async fn fate(&self, deployment: &str, number: u32) -> Kept<WordFate> {
        self.store().run(deployment)?.fate(deployment, number)
    }
}

#[async_trait]
impl Shelf for MemoryLedger {
    async fn memory(&self, service_key: &str, gate: &str) -> Kept<Vec<u8>> {
        Ok(self.store().memory(service_key, gate))
    }

    async fn remember(
        &self,
        lease: &Lease,
        service_key: &str,
        gate: &str,
        memory: &[u8],
    ) -> Kept<()> {
        let mut store = self.store();
        store.check(self.process.number, lease)?;
        store.remember(service_key, gate, memory);
        Ok(())
    }

    async fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        self.store().component(digest)
    }

    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()> {
        self.store().keep_component(digest, bytes);
        Ok(())
    }
}
