//! The journal and its archive.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use rollout::EpochS;
use runner::codec::{self, CHUNK_BYTES};
use runner::{Archive, Entry, Evaluation, Journal, Kept, Lease, LedgerError, RunSummary};

use super::DynamoLedger;
use super::items::{self, Item, Key};

/// The partition of the list of runs.
const RUNS: &str = "runs";
/// What one transaction takes, less the room for keys and checks: DynamoDB's limit is 4 MB.
const TRANSACTION_BYTES: usize = 3_500_000;
/// What one item takes, less the room for its key: DynamoDB's limit is 400 KB.
const ITEM_BYTES: usize = 390_000;

#[async_trait]
impl Journal for DynamoLedger {
    async fn begin(
        &self,
        lease: &Lease,
        deployment: &str,
        service_key: &str,
        first: &Arc<Entry>,
    ) -> Kept<()> {
        let doing = "beginning a run";
        self.0.check_held(lease)?;
        let place = self.next_place().await?;
        let listed = Key::new(RUNS, format!("run#{:010}#{place:010}", first.at.0));
        let mut in_list = listed.item();
        in_list.insert("deployment".to_owned(), items::text(deployment));
        in_list.insert("service_key".to_owned(), items::text(service_key));
        in_list.insert("began_at_s".to_owned(), items::number(first.at.0.into()));
        let mut run = items::run(deployment).item();
        run.insert("listed".to_owned(), items::text(&listed.sk));
        let parts = vec![
            self.0.put_new(run, taken(deployment, first.seq))?,
            self.0.put_new(in_list, taken(deployment, first.seq))?,
            self.0.put_new(encoded(deployment, first)?, taken(deployment, first.seq))?,
        ];
        self.0.write_fenced(lease, doing, parts).await
    }

    async fn append(&self, lease: &Lease, deployment: &str, entry: &Arc<Entry>) -> Kept<()> {
        let parts = vec![
            self.0.exists(&items::run(deployment), unknown(deployment))?,
            self.0.put_new(encoded(deployment, entry)?, taken(deployment, entry.seq))?,
        ];
        self.0.promptly(self.0.write_fenced(lease, "appending a record", parts)).await
    }

    async fn keep_evaluation(
        &self,
        lease: &Lease,
        deployment: &str,
        evaluation: &Arc<Evaluation>,
    ) -> Kept<()> {
        let doing = "keeping a look at a gate";
        let name = look_name(deployment, &evaluation.gate, evaluation.number);
        let packed = codec::pack(&name, evaluation.as_ref())?;
        if packed.len() > TRANSACTION_BYTES {
            let why = format!("it has {} bytes, more than {TRANSACTION_BYTES}", packed.len());
            return Err(LedgerError::Unreachable { what: format!("cannot write {name}"), why });
        }
        self.0.check_held(lease)?;
        let keep = async {
            let place = self.0.next(doing, &items::run(deployment), "looks").await?;
            let place = place.ok_or_else(|| unknown(deployment))?;
            let chunks = packed.chunks(CHUNK_BYTES).enumerate();
            let part =
                |(part, chunk)| self.0.put(look_item(deployment, evaluation, place, part, chunk));
            self.0.write_fenced(lease, doing, chunks.map(part).collect::<Kept<_>>()?).await
        };
        self.0.promptly(keep).await
    }

    async fn end(&self, lease: &Lease, deployment: &str, exit_code: u8) -> Kept<()> {
        let doing = "ending a run";
        let run = self.0.get(doing, &items::run(deployment)).await?;
        let run = run.ok_or_else(|| unknown(deployment))?;
        let listed = Key::new(RUNS, items::text_of(&run, "listed")?);
        let exit_code = items::number(exit_code.into());
        let parts = vec![self.0.set(&listed, "exit_code", exit_code, unknown(deployment))?];
        self.0.write_fenced(lease, doing, parts).await
    }
}

#[async_trait]
impl Archive for DynamoLedger {
    async fn entries(&self, deployment: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>> {
        self.check_known(deployment).await?;
        let from = items::entry(deployment, from_seq).sk;
        let range = (from.as_str(), "entry#~");
        let items = self.0.range("reading a journal", &items::run_pk(deployment), range).await?;
        items.iter().map(|item| decoded(deployment, item).map(Arc::new)).collect()
    }

    async fn evaluations(&self, deployment: &str) -> Kept<Vec<Arc<Evaluation>>> {
        self.check_known(deployment).await?;
        let pk = items::run_pk(deployment);
        let parts = self.0.all("reading looks at gates", &pk, "look#").await?;
        let looks: Kept<Vec<Evaluation>> =
            joined(&parts)?.iter().map(|packed| codec::unpack("look at a gate", packed)).collect();
        Ok(latest(looks?).into_iter().map(Arc::new).collect())
    }

    async fn runs(&self) -> Kept<Vec<RunSummary>> {
        let items = self.0.all("listing runs", RUNS, "run#").await?;
        items.iter().rev().map(summary).collect()
    }
}

impl DynamoLedger {
    pub(super) async fn check_known(&self, deployment: &str) -> Kept<()> {
        let run = self.0.get("looking for a run", &items::run(deployment)).await?;
        run.map(|_| ()).ok_or_else(|| unknown(deployment))
    }

    /// A number no other run has, higher than those of all begun before.
    async fn next_place(&self) -> Kept<u64> {
        let counter = Key::new(RUNS, "counter");
        self.0.ensure_table().await?;
        let doing = "numbering a run";
        if let Some(place) = self.0.next(doing, &counter, "runs").await? {
            return Ok(place);
        }
        let mut first = counter.item();
        first.insert("runs".to_owned(), items::number(0));
        let taken = LedgerError::Taken { deployment: RUNS.to_owned(), seq: 0 };
        match self.0.write(doing, vec![self.0.put_new(first, taken)?]).await {
            // Somebody else was faster.
            Ok(()) | Err(LedgerError::Taken { .. }) => {}
            Err(error) => return Err(error),
        }
        let place = self.0.next(doing, &counter, "runs").await?;
        place.ok_or_else(|| LedgerError::Unknown("counter of runs".to_owned()))
    }
}

/// The parts of each look, joined; `parts` are in the order of their keys.
fn joined(parts: &[Item]) -> Kept<Vec<Vec<u8>>> {
    let mut looks: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for part in parts {
        let look = looks.entry(items::number_of(part, "place")?).or_default();
        look.extend_from_slice(items::bytes_of(part, "body")?);
    }
    Ok(looks.into_values().collect())
}

/// A look made again after a crash replaces the first.
fn latest(looks: Vec<Evaluation>) -> Vec<Evaluation> {
    let mut kept: Vec<Evaluation> = Vec::with_capacity(looks.len());
    for look in looks {
        kept.retain(|it| (it.number, &it.gate) != (look.number, &look.gate));
        kept.push(look);
    }
    kept
}

fn look_item(
    deployment: &str,
    evaluation: &Evaluation,
    place: u64,
    part: usize,
    chunk: &[u8],
) -> Item {
    let sk = format!("look#{place:010}#{part:03}");
    let mut item = Key::new(items::run_pk(deployment), sk).item();
    item.insert("place".to_owned(), items::number(place));
    item.insert("gate".to_owned(), items::text(&evaluation.gate));
    item.insert("number".to_owned(), items::number(evaluation.number.into()));
    item.insert("body".to_owned(), items::bytes(chunk));
    item
}

fn encoded(deployment: &str, entry: &Entry) -> Kept<Item> {
    let name = record_name(deployment, entry.seq);
    let packed = codec::pack(&name, entry)?;
    if packed.len() > ITEM_BYTES {
        let why = format!("it has {} bytes compressed, more than {ITEM_BYTES}", packed.len());
        return Err(LedgerError::Unreachable { what: format!("cannot write {name}"), why });
    }
    let mut item = items::entry(deployment, entry.seq).item();
    item.insert("seq".to_owned(), items::number(entry.seq.into()));
    item.insert("body".to_owned(), items::bytes(&packed));
    Ok(item)
}

fn decoded(deployment: &str, item: &Item) -> Kept<Entry> {
    let seq = items::number_of(item, "seq")?;
    codec::unpack(&record_name(deployment, seq), items::bytes_of(item, "body")?)
}

fn summary(item: &Item) -> Kept<RunSummary> {
    Ok(RunSummary {
        deployment: items::text_of(item, "deployment")?.to_owned(),
        service_key: items::text_of(item, "service_key")?.to_owned(),
        began_at: EpochS(items::number_of(item, "began_at_s")?),
        exit_code: items::optional(item, "exit_code", items::number_of)?,
    })
}

fn record_name(deployment: &str, seq: u32) -> String {
    format!("record {seq} of {deployment}")
}

fn look_name(deployment: &str, gate: &str, number: u32) -> String {
    format!("look {number} of {deployment} at {gate}")
}

fn taken(deployment: &str, seq: u32) -> LedgerError {
    LedgerError::Taken { deployment: deployment.to_owned(), seq }
}

pub(super) fn unknown(deployment: &str) -> LedgerError {
    LedgerError::Unknown(format!("deployment {deployment}"))
}
