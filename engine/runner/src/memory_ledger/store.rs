//! What a ledger in memory holds, and the rules it holds it by.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use rollout::EpochS;

use crate::{Entry, Evaluation, Kept, Lease, LedgerError, RunSummary, SpokenWord, WordFate};

/// All of it, behind one lock.
#[derive(Debug, Default)]
pub(super) struct Store {
    processes: u64,
    leases: BTreeMap<String, LeaseRow>,
    runs: BTreeMap<String, Run>,
    /// Service key → gate → what it learnt.
    memories: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    components: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Default)]
struct LeaseRow {
    epoch: u64,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    process: u64,
    holder: String,
}

/// A deployment and all that is kept about it.
#[derive(Debug)]
pub(super) struct Run {
    /// How many runs were begun before it.
    place: usize,
    service_key: String,
    began_at: EpochS,
    pub(super) exit_code: Option<u8>,
    entries: BTreeMap<u32, Arc<Entry>>,
    pub(super) evaluations: Vec<Arc<Evaluation>>,
    words: Vec<(SpokenWord, WordFate)>,
}

impl Store {
    pub(super) fn next_process(&mut self) -> u64 {
        self.processes += 1;
        self.processes
    }

    pub(super) fn free_leases_of(&mut self, process: u64) {
        for row in self.leases.values_mut() {
            if row.held.as_ref().is_some_and(|held| held.process == process) {
                row.held = None;
            }
        }
    }

    /// The fence of every write (S11).
    pub(super) fn check(&self, process: u64, lease: &Lease) -> Kept<()> {
        let current = self.leases.get(&lease.key).is_some_and(|row| {
            row.epoch == lease.epoch
                && row.held.as_ref().is_some_and(|held| held.process == process)
        });
        if current { Ok(()) } else { Err(LedgerError::Lost { key: lease.key.clone() }) }
    }

    pub(super) fn acquire(&mut self, process: u64, key: &str, holder: &str) -> Kept<Lease> {
        let row = self.leases.entry(key.to_owned()).or_default();
        if let Some(held) = &row.held {
            return Err(LedgerError::Held { key: key.to_owned(), holder: held.holder.clone() });
        }
        row.epoch += 1;
        row.held = Some(Held { process, holder: holder.to_owned() });
        Ok(Lease { key: key.to_owned(), epoch: row.epoch, holder: holder.to_owned() })
    }

    pub(super) fn release(&mut self, process: u64, lease: &Lease) {
        if self.check(process, lease).is_ok()
            && let Some(row) = self.leases.get_mut(&lease.key)
        {
            row.held = None;
        }
    }

    pub(super) fn holder(&self, key: &str) -> Option<String> {
        self.leases.get(key)?.held.as_ref().map(|held| held.holder.clone())
    }

    pub(super) fn begin(
        &mut self,
        deployment: &str,
        service_key: &str,
        first: &Arc<Entry>,
    ) -> Kept<()> {
        if self.runs.contains_key(deployment) {
            return Err(taken(deployment, first.seq));
        }
        let run = Run {
            place: self.runs.len(),
            service_key: service_key.to_owned(),
            began_at: first.at,
            exit_code: None,
            entries: BTreeMap::from([(first.seq, first.clone())]),
            evaluations: Vec::new(),
            words: Vec::new(),
        };
        self.runs.insert(deployment.to_owned(), run);
        Ok(())
    }

    pub(super) fn run(&self, deployment: &str) -> Kept<&Run> {
        self.runs.get(deployment).ok_or_else(|| unknown_deployment(deployment))
    }

    pub(super) fn run_mut(&mut self, deployment: &str) -> Kept<&mut Run> {
        self.runs.get_mut(deployment).ok_or_else(|| unknown_deployment(deployment))
    }

    pub(super) fn summaries(&self) -> Vec<RunSummary> {
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort_by_key(|(_, run)| std::cmp::Reverse((run.began_at, run.place)));
        runs.into_iter().map(|(deployment, run)| run.summary(deployment)).collect()
    }

    pub(super) fn memory(&self, service_key: &str, gate: &str) -> Vec<u8> {
        let of_service = self.memories.get(service_key);
        of_service.and_then(|gates| gates.get(gate)).cloned().unwrap_or_default()
    }

    pub(super) fn remember(&mut self, service_key: &str, gate: &str, memory: &[u8]) {
        let gates = self.memories.entry(service_key.to_owned()).or_default();
        gates.insert(gate.to_owned(), memory.to_vec());
    }

    pub(super) fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        let bytes = self.components.get(digest).cloned();
        bytes.ok_or_else(|| LedgerError::Unknown(format!("component {digest}")))
    }

    pub(super) fn keep_component(&mut self, digest: &str, bytes: &[u8]) {
        self.components.entry(digest.to_owned()).or_insert_with(|| bytes.to_vec());
    }
}

impl Run {
    pub(super) fn append(&mut self, deployment: &str, entry: &Arc<Entry>) -> Kept<()> {
        match self.entries.entry(entry.seq) {
            Slot::Occupied(_) => Err(taken(deployment, entry.seq)),
            Slot::Vacant(slot) => {
                slot.insert(entry.clone());
                Ok(())
            }
        }
    }

    pub(super) fn entries_from(&self, from_seq: u32) -> Vec<Arc<Entry>> {
        self.entries.range(from_seq..).map(|(_, entry)| entry.clone()).collect()
    }

    pub(super) fn keep_evaluation(&mut self, evaluation: &Arc<Evaluation>) {
        let same =
            |kept: &Evaluation| kept.number == evaluation.number && kept.gate == evaluation.gate;
        self.evaluations.retain(|kept| !same(kept));
        self.evaluations.push(evaluation.clone());
    }

    pub(super) fn say(&mut self, word: rollout::Word, by: &str) -> u32 {
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let spoken = SpokenWord { number, word, by: by.to_owned() };
        self.words.push((spoken, WordFate::Waiting));
        number
    }

    pub(super) fn unsettled(&self) -> Vec<SpokenWord> {
        let waiting = self.words.iter().filter(|(_, fate)| *fate == WordFate::Waiting);
        waiting.map(|(spoken, _)| spoken.clone()).collect()
    }

    pub(super) fn fate(&self, deployment: &str, number: u32) -> Kept<WordFate> {
        let fate = self.words.get(number as usize).map(|(_, fate)| fate.clone());
        fate.ok_or_else(|| unknown_word(deployment, number))
    }

    pub(super) fn settle(&mut self, deployment: &str, number: u32, fate: &WordFate) -> Kept<()> {
        match self.words.get_mut(number as usize) {
            Some((_, kept)) => kept.clone_from(fate),
            None => return Err(unknown_word(deployment, number)),
        }
        Ok(())
    }

    fn summary(&self, deployment: &str) -> RunSummary {
        RunSummary {
            deployment: deployment.to_owned(),
            service_key: self.service_key.clone(),
            began_at: self.began_at,
            exit_code: self.exit_code,
        }
    }
}

fn taken(deployment: &str, seq: u32) -> LedgerError {
    LedgerError::Taken { deployment: deployment.to_owned(), seq }
}

fn unknown_deployment(deployment: &str) -> LedgerError {
    LedgerError::Unknown(format!("deployment {deployment}"))
}

fn unknown_word(deployment: &str, number: u32) -> LedgerError {
    LedgerError::Unknown(format!("word {number} to {deployment}"))
}
