//! The journal and its archive.

use std::sync::Arc;

use async_trait::async_trait;
use rollout::EpochS;
use runner::codec::{self, CHUNK_BYTES};
use runner::{Archive, Entry, Evaluation, Journal, Kept, Lease, LedgerError, RunSummary};
use rusqlite::{Transaction, params};

use crate::database::Fault;
use crate::sqlite::{SqliteLedger, check_known};

#[async_trait]
impl Journal for SqliteLedger {
    async fn begin(
        &self,
        lease: &Lease,
        deployment: &str,
        service_key: &str,
        first: &Arc<Entry>,
    ) -> Kept<()> {
        let body = encode(deployment, first)?;
        self.write_fenced(lease, "cannot begin a run", |transaction| {
            let made = transaction.execute(
                "INSERT INTO run (deployment, service_key, began_at_s) VALUES (?1, ?2, ?3)
                 ON CONFLICT (deployment) DO NOTHING",
                params![deployment, service_key, first.at.0],
            )?;
            if made == 0 {
                return Err(taken(deployment, first.seq));
            }
            insert_entry(transaction, deployment, first.seq, &body)
        })
    }

    async fn append(&self, lease: &Lease, deployment: &str, entry: &Arc<Entry>) -> Kept<()> {
        let body = encode(deployment, entry)?;
        self.write_fenced(lease, "cannot append a record", |transaction| {
            check_known(transaction, deployment)?;
            insert_entry(transaction, deployment, entry.seq, &body)
        })
    }

    async fn keep_evaluation(
        &self,
        lease: &Lease,
        deployment: &str,
        evaluation: &Arc<Evaluation>,
    ) -> Kept<()> {
        let Evaluation { gate, number, .. } = evaluation.as_ref();
        let packed = codec::pack(&look_name(deployment, gate, *number), evaluation.as_ref())?;
        self.write_fenced(lease, "cannot keep a look at a gate", |transaction| {
            check_known(transaction, deployment)?;
            insert_evaluation(transaction, deployment, (gate, *number), &packed)
        })
    }

    async fn end(&self, lease: &Lease, deployment: &str, exit_code: u8) -> Kept<()> {
        self.write_fenced(lease, "cannot end a run", |transaction| {
            check_known(transaction, deployment)?;
            transaction.execute(
                "UPDATE run SET exit_code = ?2 WHERE deployment = ?1",
                params![deployment, exit_code],
            )?;
            Ok(())
        })
    }
}

#[async_trait]
impl Archive for SqliteLedger {
    async fn entries(&self, deployment: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>> {
        let bodies = self.database.read("cannot read a journal", |transaction| {
            check_known(transaction, deployment)?;
            let mut statement = transaction.prepare_cached(
                "SELECT seq, body FROM entry WHERE deployment = ?1 AND seq >= ?2 ORDER BY seq",
            )?;
            let rows = statement
                .query_map(params![deployment, from_seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<Vec<(u32, String)>, _>>()?)
        })?;
        let decode = |(seq, body): (u32, String)| {
            codec::from_json(&record_name(deployment, seq), &body).map(Arc::new)
        };
        bodies.into_iter().map(decode).collect()
    }

    async fn evaluations(&self, deployment: &str) -> Kept<Vec<Arc<Evaluation>>> {
        let looks = self.database.read("cannot read looks at gates", |transaction| {
            check_known(transaction, deployment)?;
            packed_evaluations(transaction, deployment)
        })?;
        let decode = |look: PackedLook| {
            let name = look_name(deployment, &look.gate, look.number);
            codec::unpack(&name, &look.packed).map(Arc::new)
        };
        looks.into_iter().map(decode).collect()
    }

    async fn runs(&self) -> Kept<Vec<RunSummary>> {
        self.database.read("cannot list runs", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT deployment, service_key, began_at_s, exit_code FROM run
                 ORDER BY began_at_s DESC, place DESC",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(RunSummary {
                    deployment: row.get(0)?,
                    service_key: row.get(1)?,
                    began_at: EpochS(row.get(2)?),
                    exit_code: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// A look as it lies in the file, its chunks joined.
struct PackedLook {
    place: i64,
    gate: String,
    number: u32,
    packed: Vec<u8>,
}

fn insert_entry(
    transaction: &Transaction<'_>,
    deployment: &str,
    seq: u32,
    body: &str,
) -> Result<(), Fault> {
    let written = transaction
        .prepare_cached(
            "INSERT INTO entry (deployment, seq, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (deployment, seq) DO NOTHING",
        )?
        .execute(params![deployment, seq, body])?;
    if written == 1 { Ok(()) } else { Err(taken(deployment, seq)) }
}

/// A look made again after a crash has the number of the one that no verdict names: it replaces it.
fn insert_evaluation(
    transaction: &Transaction<'_>,
    deployment: &str,
    (gate, number): (&str, u32),
    packed: &[u8],
) -> Result<(), Fault> {
    transaction.execute(
        "DELETE FROM evaluation WHERE deployment = ?1 AND gate = ?2 AND number = ?3",
        params![deployment, gate, number],
    )?;
    transaction.execute(
        "INSERT INTO evaluation (deployment, gate, number) VALUES (?1, ?2, ?3)",
        params![deployment, gate, number],
    )?;
    let place = transaction.last_insert_rowid();
    let mut insert = transaction
        .prepare_cached("INSERT INTO chunk (evaluation, part, body) VALUES (?1, ?2, ?3)")?;
    for (part, chunk) in (0_u32..).zip(packed.chunks(CHUNK_BYTES)) {
        insert.execute(params![place, part, chunk])?;
    }
    Ok(())
}

fn packed_evaluations(
    transaction: &Transaction<'_>,
    deployment: &str,
) -> Result<Vec<PackedLook>, Fault> {
    let mut statement = transaction.prepare_cached(
        "SELECT place, gate, number, body
         FROM evaluation LEFT JOIN chunk ON chunk.evaluation = place
         WHERE deployment = ?1 ORDER BY place, part",
    )?;
    let rows = statement.query_map([deployment], |row| {
        let body: Option<Vec<u8>> = row.get(3)?;
        let (place, gate, number) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(PackedLook { place, gate, number, packed: body.unwrap_or_default() })
    })?;
    let mut looks: Vec<PackedLook> = Vec::new();
    for row in rows {
        let row = row?;
        match looks.last_mut() {
            Some(look) if look.place == row.place => look.packed.extend(row.packed),
            _ => looks.push(row),
        }
    }
    Ok(looks)
}

fn encode(deployment: &str, entry: &Entry) -> Kept<String> {
    codec::to_json(&record_name(deployment, entry.seq), entry)
}

fn record_name(deployment: &str, seq: u32) -> String {
    format!("record {seq} of {deployment}")
}

fn look_name(deployment: &str, gate: &str, number: u32) -> String {
    format!("look {number} at {gate} of {deployment}")
}

fn taken(deployment: &str, seq: u32) -> Fault {
    LedgerError::Taken { deployment: deployment.to_owned(), seq }.into()
}
