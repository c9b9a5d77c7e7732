//! What gates remember, and components.

use crate::{Kept, Ledger, LedgerError};

/// Empty at first, the last one kept wins, and no gate or service sees another's.
///
/// # Errors
/// What the ledger answered instead.
pub async fn memories_are_of_one_service_and_gate<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let (driver, reader) = (open()?, open()?);
    let lease = driver.acquire("cart", "ann").await?;
    assert_eq!(driver.memory("cart", "errors").await?, b"");
    let largest = [0xff; 16 * 1024];
    driver.remember(&lease, "cart", "errors", b"first").await?;
    driver.remember(&lease, "cart", "errors", &largest).await?;
    driver.remember(&lease, "cart", "latency", b"\0").await?;
    assert_eq!(reader.memory("cart", "errors").await?, largest);
    assert_eq!(reader.memory("cart", "latency").await?, b"\0");
    assert_eq!(reader.memory("shop", "errors").await?, b"");
    Ok(())
}

/// Bytes come back by their digest; keeping them again changes nothing; others are unknown.
///
/// # Errors
/// What the ledger answered instead.
pub async fn components_come_back_by_digest<L: Ledger>(open: impl Fn() -> Kept<L>) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    let unknown = ann.component("ab12").await;
    assert!(matches!(unknown, Err(LedgerError::Unknown(_))), "{unknown:?}");
    let bytes = vec![0xc0; 3 * 1024 * 1024];
    ann.keep_component("ab12", &bytes).await?;
    bob.keep_component("ab12", &bytes).await?;
    bob.keep_component("cd34", b"").await?;
    assert!(bob.component("ab12").await? == bytes, "all its bytes");
    assert_eq!(ann.component("cd34").await?, b"");
    Ok(())
}
