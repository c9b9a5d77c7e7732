//! Locks beside the ledger, one for each lease: the kernel frees it when its process dies, however.
//!
//! Lock files are never removed: whoever has just opened one and whoever makes it anew would hold
//! two different locks of the same name.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The name of the lock that openers of a ledger wait for; a lease's name has one part more.
const OPENING: &str = "opening.lock";

/// How often an acquisition that only readers stand in the way of tries again. A reader's look
/// takes microseconds, so this is over at once or something is wrong.
const TRIES: u32 = 10_000;

/// The folder of the locks of a ledger.
pub(crate) fn folder_of(ledger: &Path) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(".leases");
    name.into()
}

/// Takes the lock; none when a living process has it.
pub(crate) fn take(folder: &Path, key: &str) -> io::Result<Option<File>> {
    let file = lock_file_at(folder, &name_of(key))?;
    for _ in 0..TRIES {
        if granted(file.try_lock())? {
            return Ok(Some(file));
        }
        // A shared lock is refused by a driver only, never by somebody who looks.
        if !granted(file.try_lock_shared())? {
            return Ok(None);
        }
        file.unlock()?;
        std::thread::yield_now();
    }
    Ok(None)
}

/// Waits until nobody else is opening that ledger, and keeps others waiting while it is held.
pub(crate) fn opening(ledger: &Path) -> io::Result<File> {
    let file = lock_file_at(&folder_of(ledger), OPENING)?;
    file.lock()?;
    Ok(file)
}

/// Makes a folder, and those it lies in, that only its owner may enter.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn lock_file_at(folder: &Path, name: &str) -> io::Result<File> {
    make_private_folder(folder)?;
    OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(name))
}

/// Whether a living process has the lock; takes nothing and makes no file.
pub(crate) fn is_taken(folder: &Path, key: &str) -> io::Result<bool> {
    match OpenOptions::new().read(true).open(folder.join(name_of(key))) {
        Ok(file) => Ok(!granted(file.try_lock_shared())?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn granted(answer: Result<(), TryLockError>) -> io::Result<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A name that a person recognises, made unique by a digest.
fn name_of(key: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let readable: String = key.chars().take(80).map(plain).collect();
    let digest = Sha256::digest(key.as_bytes());
    let tail: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{readable}.{tail}.lock")
}
