//! All the ports of a ledger, each write a touch, and a person who leaves words in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use rollout::{Event, Word};
use runner::{
    Archive, Clock, Entry, Evaluation, Journal, Kept, Lease, Leases, LedgerError, MemoryLedger,
    Record, RunSummary, Shelf, SpokenWord, WordFate, Words,
};

use super::Fuse;
use crate::story::Spoken;

/// Somebody who says each word once, at its instant, whoever drives then.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    words: Vec<Spoken>,
    said: Arc<AtomicUsize>,
}

impl Person {
    pub(crate) fn new(words: &[Spoken]) -> Self {
        Person { words: words.to_vec(), said: Arc::default() }
    }

    /// The next word, once its instant has come.
    fn next(&self, clock: &dyn Clock) -> Option<Word> {
        let spoken = self.words.get(self.said.load(Ordering::Relaxed))?;
        let due = clock.now() >= sim::BIRTH.plus_s(spoken.after_s);
        due.then(|| {
            self.said.fetch_add(1, Ordering::Relaxed);
            spoken.word
        })
    }
}

/// The ledger as a driver on this fuse sees it.
pub(crate) struct MortalLedger {
    pub(crate) inner: MemoryLedger,
    pub(crate) fuse: Arc<Fuse>,
    pub(crate) person: Person,
    /// The person's clock.
    pub(crate) clock: Arc<dyn Clock>,
}

impl MortalLedger {
    async fn write<T>(
        &self,
        kind: impl FnOnce() -> String,
        write: impl Future<Output = Kept<T>>,
    ) -> Kept<T> {
        let kind = || format!("line {}", kind());
        self.fuse.touch(kind, write, || LedgerError::Killed).await
    }
}

/// What a line says: a reading by its name, since only its numbers differ, all else in full.
fn kind(entry: &Entry) -> String {
    match &entry.record {
        Record::Intended { effect } => format!("intended {effect:?}"),
        Record::Happened { event, .. } if is_reading(event) => {
            let told = format!("{event:?}");
            told.split(|it: char| !it.is_alphanumeric()).next().unwrap_or_default().to_owned()
        }
        Record::Happened { event, .. } => format!("{event:?}"),
        Record::Noted { .. } => "noted".to_owned(),
        Record::Began(_) | Record::Left { .. } | Record::Resumed { .. } => "driver".to_owned(),
    }
}

/// Whether an event is a reading, whose instant a crash may move.
pub(crate) fn is_reading(event: &Event) -> bool {
    matches!(
        event,
        Event::HealthRead { .. }
            | Event::TrafficRead { .. }
            | Event::Looked { .. }
            | Event::TimePassed
            | Event::CallFailed { .. }
    )
}

#[async_trait]
impl Journal for MortalLedger {
    async fn begin(&self, lease: &Lease, id: &str, key: &str, first: &Arc<Entry>) -> Kept<()> {
        self.inner.begin(lease, id, key, first).await
    }
    async fn append(&self, lease: &Lease, id: &str, entry: &Arc<Entry>) -> Kept<()> {
        self.write(|| kind(entry), self.inner.append(lease, id, entry)).await
    }
    async fn keep_evaluation(&self, lease: &Lease, id: &str, look: &Arc<Evaluation>) -> Kept<()> {
        let keep = self.inner.keep_evaluation(lease, id, look);
        self.write(|| "evaluation".to_owned(), keep).await
    }
    async fn end(&self, lease: &Lease, id: &str, exit_code: u8) -> Kept<()> {
        self.write(|| "end".to_owned(), self.inner.end(lease, id, exit_code)).await
    }
}

#[async_trait]
impl Archive for MortalLedger {
    async fn entries(&self, id: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>> {
        self.inner.entries(id, from_seq).await
    }
    async fn evaluations(&self, id: &str) -> Kept<Vec<Arc<Evaluation>>> {
        self.inner.evaluations(id).await
    }
    async fn runs(&self) -> Kept<Vec<RunSummary>> {
        self.inner.runs().await
    }
}

#[async_trait]
impl Leases for MortalLedger {
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease> {
        self.inner.acquire(key, holder).await
    }
    async fn renew(&self, lease: &Lease) -> Kept<()> {
        self.inner.renew(lease).await
    }
    fn surely_ours(&self, lease: &Lease, for_s: u32) -> bool {
        self.inner.surely_ours(lease, for_s)
    }
    async fn release(&self, lease: &Lease) -> Kept<()> {
        self.inner.release(lease).await
    }
    async fn holder(&self, key: &str) -> Kept<Option<String>> {
        self.inner.holder(key).await
    }
}

#[async_trait]
impl Words for MortalLedger {
    async fn say(&self, id: &str, word: Word, by: &str) -> Kept<u32> {
        self.inner.say(id, word, by).await
    }
    async fn hear(&self, id: &str) -> Kept<Vec<SpokenWord>> {
        while let Some(word) = self.person.next(self.clock.as_ref()) {
            self.inner.say(id, word, "ann@desk").await?;
        }
        self.inner.hear(id).await
    }
    async fn settle(&self, id: &str, number: u32, fate: &WordFate) -> Kept<()> {
        self.write(|| "settled".to_owned(), self.inner.settle(id, number, fate)).await
    }
    async fn fate(&self, id: &str, number: u32) -> Kept<WordFate> {
        self.inner.fate(id, number).await
    }
}

#[async_trait]
impl Shelf for MortalLedger {
    async fn memory(&self, key: &str, gate: &str) -> Kept<Vec<u8>> {
        self.inner.memory(key, gate).await
    }
    async fn remember(&self, lease: &Lease, key: &str, gate: &str, bytes: &[u8]) -> Kept<()> {
        let remember = self.inner.remember(lease, key, gate, bytes);
        self.write(|| format!("memory of {gate}"), remember).await
    }
    async fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        self.inner.component(digest).await
    }
    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()> {
        self.inner.keep_component(digest, bytes).await
    }
}
