//! The store of a simulated world.

use crate::{Kept, LedgerError, StoredWorld, WorldStore};

/// A commit is seen by every other process, and versions rise.
///
/// # Errors
/// What the store answered instead.
pub fn a_commit_is_seen_by_another_process<W: WorldStore>(open: impl Fn() -> Kept<W>) -> Kept<()> {
    let (driver, reader) = (open()?, open()?);
    assert_eq!(driver.load()?, None);
    let first = driver.commit(0, b"one")?;
    let second = driver.commit(first, b"two")?;
    assert!(0 < first && first < second);
    assert_eq!(reader.load()?, Some(StoredWorld { version: second, bytes: b"two".to_vec() }));
    Ok(())
}

/// Of two commits over the same version one is lost, and changes nothing.
///
/// # Errors
/// What the store answered instead.
pub fn a_commit_over_another_version_is_lost<W: WorldStore>(
    open: impl Fn() -> Kept<W>,
) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    assert!(matches!(ann.commit(1, b"of nothing"), Err(LedgerError::Lost { .. })));
    assert_eq!(ann.load()?, None);
    let first = ann.commit(0, b"ann")?;
    assert!(matches!(bob.commit(0, b"bob"), Err(LedgerError::Lost { .. })));
    let second = bob.commit(first, b"bob")?;
    for stale in [0, first, second + 1, u64::MAX] {
        assert!(matches!(ann.commit(stale, b"late"), Err(LedgerError::Lost { .. })));
    }
    assert_eq!(ann.load()?, Some(StoredWorld { version: second, bytes: b"bob".to_vec() }));
    Ok(())
}
