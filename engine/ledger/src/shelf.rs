//! What gates remember, and components by digest.

use async_trait::async_trait;
use runner::{Kept, Lease, LedgerError, Shelf};
use rusqlite::{OptionalExtension, params};

use crate::sqlite::SqliteLedger;

#[async_trait]
impl Shelf for SqliteLedger {
    async fn memory(&self, service_key: &str, gate: &str) -> Kept<Vec<u8>> {
        let kept = self.database.read("cannot read a gate's memory", |transaction| {
            let mut statement = transaction
                .prepare_cached("SELECT body FROM memory WHERE service_key = ?1 AND gate = ?2")?;
            Ok(statement.query_row(params![service_key, gate], |row| row.get(0)).optional()?)
        })?;
        Ok(kept.unwrap_or_default())
    }

    async fn remember(
        &self,
        lease: &Lease,
        service_key: &str,
        gate: &str,
        memory: &[u8],
    ) -> Kept<()> {
        self.write_fenced(lease, "cannot keep a gate's memory", |transaction| {
            transaction.execute(
                "INSERT INTO memory (service_key, gate, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (service_key, gate) DO UPDATE SET body = excluded.body",
                params![service_key, gate, memory],
            )?;
            Ok(())
        })
    }

    async fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        self.database.read("cannot read a component", |transaction| {
            transaction
                .prepare_cached("SELECT body FROM component WHERE digest = ?1")?
                .query_row([digest], |row| row.get(0))
                .optional()?
                .ok_or_else(|| LedgerError::Unknown(format!("component {digest}")).into())
        })
    }

    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()> {
        self.database.write("cannot keep a component", |transaction| {
            transaction.execute(
                "INSERT INTO component (digest, body) VALUES (?1, ?2)
                 ON CONFLICT (digest) DO NOTHING",
                params![digest, bytes],
            )?;
            Ok(())
        })
    }
}
