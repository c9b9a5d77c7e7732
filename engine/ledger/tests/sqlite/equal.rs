//! Whatever is asked of them, in whatever order: the ledger in memory and the one on SQLite give
//! the same answers. What rehearsals and driver tests show is so true of a file.

use ledger::SqliteLedger;
use proptest::collection::vec;
use proptest::prelude::*;
use rollout::{EpochS, Word};
use runner::contract::ledger::{began, entry, evaluation, run};
use runner::{Kept, Lease, Ledger, LedgerError, MemoryLedger, WordFate};

/// One call; small numbers choose the process, the key, the deployment, the gate.
#[derive(Clone, Debug)]
enum Call {
    Acquire(usize, usize),
    Release(usize, usize),
    Renew(usize, usize),
    Holder(usize, usize),
    Begin(usize, usize, usize, u32),
    Append(usize, usize, usize, u32),
    End(usize, usize, usize, u8),
    Keep(usize, usize, usize, usize, u32),
    Remember(usize, usize, usize, Vec<u8>),
    Say(usize, usize),
    Settle(usize, usize, u32, bool),
    Reopen(usize),
    Read,
}

const NAMES: [&str; 3] = ["a", "b", "a#b"];

fn call() -> impl Strategy<Value = Call> {
    let (two, three) = (0..2_usize, 0..3_usize);
    let (process, lease, name) = (two, 0..6_usize, three);
    prop_oneof![
        3 => (process.clone(), name.clone()).prop_map(|(p, n)| Call::Acquire(p, n)),
        1 => (process.clone(), lease.clone()).prop_map(|(p, l)| Call::Release(p, l)),
        1 => (process.clone(), lease.clone()).prop_map(|(p, l)| Call::Renew(p, l)),
        1 => (process.clone(), name.clone()).prop_map(|(p, n)| Call::Holder(p, n)),
        3 => (process.clone(), lease.clone(), name.clone(), 0..3_u32)
            .prop_map(|(p, l, n, at)| Call::Begin(p, l, n, at)),
        5 => (process.clone(), lease.clone(), name.clone(), 0..6_u32)
            .prop_map(|(p, l, n, seq)| Call::Append(p, l, n, seq)),
        1 => (process.clone(), lease.clone(), name.clone(), any::<u8>())
            .prop_map(|(p, l, n, code)| Call::End(p, l, n, code)),
        2 => (process.clone(), lease.clone(), name.clone(), name.clone(), 0..2_u32)
            .prop_map(|(p, l, n, gate, number)| Call::Keep(p, l, n, gate, number)),
        1 => (process.clone(), lease, name.clone(), vec(any::<u8>(), 0..9))
            .prop_map(|(p, l, n, memory)| Call::Remember(p, l, n, memory)),
        2 => (process.clone(), name.clone()).prop_map(|(p, n)| Call::Say(p, n)),
        2 => (process.clone(), name, 0..3_u32, any::<bool>())
            .prop_map(|(p, n, number, taken)| Call::Settle(p, n, number, taken)),
        1 => process.prop_map(Call::Reopen),
        1 => Just(Call::Read),
    ]
}

/// Two processes on one store, and the leases they were ever given, stale ones included.
struct Bench<L, O> {
    open: O,
    processes: [L; 2],
    leases: Vec<Lease>,
}

impl<L: Ledger, O: Fn() -> Kept<L>> Bench<L, O> {
    fn new(open: O) -> Kept<Self> {
        let processes = [open()?, open()?];
        let never = Lease { key: "a".to_owned(), epoch: 0, holder: String::new() };
        Ok(Bench { open, processes, leases: vec![never] })
    }

    fn lease(&self, number: usize) -> &Lease {
        &self.leases[self.leases.len() - 1 - number % self.leases.len()]
    }

    /// What the ledger said, in words.
    async fn answer(&mut self, call: &Call) -> Kept<String> {
        match self.write(call).await {
            Some(answer) => answer,
            None => self.other(call).await,
        }
    }

    /// The calls that need a lease.
    async fn write(&self, call: &Call) -> Option<Kept<String>> {
        let answer = match *call {
            Call::Renew(p, l) => self.processes[p].renew(self.lease(l)).await,
            Call::Release(p, l) => self.processes[p].release(self.lease(l)).await,
            Call::Begin(p, l, n, at) => {
                let first = began(EpochS(at));
                self.processes[p].begin(self.lease(l), NAMES[n], NAMES[n], &first).await
            }
            Call::Append(p, l, n, seq) => {
                self.processes[p].append(self.lease(l), NAMES[n], &entry(seq)).await
            }
            Call::End(p, l, n, code) => self.processes[p].end(self.lease(l), NAMES[n], code).await,
            Call::Keep(p, l, n, gate, number) => {
                let look = evaluation(NAMES[gate], number, l);
                self.processes[p].keep_evaluation(self.lease(l), NAMES[n], &look).await
            }
            Call::Remember(p, l, n, ref memory) => {
                self.processes[p].remember(self.lease(l), NAMES[n], "errors", memory).await
            }
            _ => return None,
        };
        Some(answer.map(|()| "done".to_owned()))
    }

    async fn other(&mut self, call: &Call) -> Kept<String> {
        match *call {
            Call::Acquire(p, n) => {
                let lease = self.processes[p].acquire(NAMES[n], &format!("process {p}")).await?;
                self.leases.push(lease.clone());
                Ok(format!("{lease:?}"))
            }
            Call::Holder(p, n) => Ok(format!("{:?}", self.processes[p].holder(NAMES[n]).await?)),
            Call::Say(p, n) => {
                Ok(self.processes[p].say(NAMES[n], Word::Abort, "ann").await?.to_string())
            }
            Call::Settle(p, n, number, taken) => {
                let refused = WordFate::Refused("no".to_owned());
                let fate = if taken { WordFate::Taken } else { refused };
                self.processes[p].settle(NAMES[n], number, &fate).await?;
                Ok(format!("{:?}", self.processes[p].fate(NAMES[n], number).await?))
            }
            Call::Reopen(p) => {
                self.processes[p] = (self.open)()?;
                Ok("reopened".to_owned())
            }
            _ => self.all().await,
        }
    }

    /// Everything that can be read.
    async fn all(&self) -> Kept<String> {
        let ledger = &self.processes[0];
        let mut text = format!("{:?}", ledger.runs().await?);
        for name in NAMES {
            text += &format!("{:?}", ledger.memory(name, "errors").await?);
            text += &format!("{:?}", text_of(ledger.entries(name, 2).await));
            text += &format!("{:?}", text_of(ledger.evaluations(name).await));
            text += &format!("{:?}", text_of(ledger.hear(name).await));
        }
        Ok(text)
    }
}

fn text_of<T: std::fmt::Debug>(answer: Kept<T>) -> Result<String, String> {
    answer.map(|value| format!("{value:?}")).map_err(|error| error.to_string())
}

async fn compare(calls: &[Call]) -> Kept<()> {
    let folder = tempfile::tempdir().map_err(|error| LedgerError::Unreachable {
        what: "make a folder".to_owned(),
        why: error.to_string(),
    })?;
    let store = MemoryLedger::new();
    let mut memory = Bench::new(|| Ok(store.another_process()))?;
    let mut sqlite = Bench::new(|| SqliteLedger::open(&folder.path().join("sim.db")))?;
    for call in calls.iter().chain([&Call::Read]) {
        let (expected, said) = (memory.answer(call).await, sqlite.answer(call).await);
        assert_eq!(text_of(said), text_of(expected), "to {call:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn memory_and_sqlite_answer_alike(calls in vec(call(), 1..60)) {
        run(compare(&calls)).unwrap();
    }
}
