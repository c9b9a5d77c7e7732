//! What gates remember, and components by digest.

use async_trait::async_trait;
use runner::codec::CHUNK_BYTES;
use runner::{Kept, Lease, LedgerError, Shelf};

use super::DynamoLedger;
use super::items::{self, Key};

#[async_trait]
impl Shelf for DynamoLedger {
    async fn memory(&self, service_key: &str, gate: &str) -> Kept<Vec<u8>> {
        let kept = self.0.get("reading a gate's memory", &memory(service_key, gate)).await?;
        kept.map_or(Ok(Vec::new()), |item| items::bytes_of(&item, "body").map(<[u8]>::to_vec))
    }

    async fn remember(
        &self,
        lease: &Lease,
        service_key: &str,
        gate: &str,
        body: &[u8],
    ) -> Kept<()> {
        let mut item = memory(service_key, gate).item();
        item.insert("body".to_owned(), items::bytes(body));
        let parts = vec![self.0.put(item)?];
        self.0.write_fenced(lease, "keeping a gate's memory", parts).await
    }

    async fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        let doing = "reading a component";
        let whole = self.0.get(doing, &component(digest, "whole")).await?;
        let whole = whole.ok_or_else(|| LedgerError::Unknown(format!("component {digest}")))?;
        let size: usize = items::number_of(&whole, "size")?;
        let parts = self.0.all(doing, &component(digest, "").pk, "part#").await?;
        let mut bytes = Vec::with_capacity(size);
        for part in &parts {
            bytes.extend_from_slice(items::bytes_of(part, "body")?);
        }
        if bytes.len() == size {
            return Ok(bytes);
        }
        let why = format!("it has {} bytes of {size}", bytes.len());
        Err(LedgerError::Damaged { what: format!("component {digest}"), why })
    }

    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()> {
        let doing = "keeping a component";
        if self.0.get(doing, &component(digest, "whole")).await?.is_some() {
            return Ok(());
        }
        for (part, chunk) in bytes.chunks(CHUNK_BYTES).enumerate() {
            let mut item = component(digest, &format!("part#{part:05}")).item();
            item.insert("body".to_owned(), items::bytes(chunk));
            self.0.write(doing, vec![self.0.put(item)?]).await?;
        }
        let mut whole = component(digest, "whole").item();
        whole.insert("size".to_owned(), items::number(bytes.len() as u64));
        self.0.write(doing, vec![self.0.put(whole)?]).await
    }
}

fn memory(service_key: &str, gate: &str) -> Key {
    Key::new(format!("memory#{service_key}"), gate)
}

fn component(digest: &str, sk: &str) -> Key {
    Key::new(format!("component#{digest}"), sk)
}
