//! Compiled code, kept in the user's cache folder so that a gate is compiled once.
//!
//! Compiled code runs unchecked, so it is only ever read from a folder that nobody else can write
//! to, and only when its bytes are those that were written. A damaged entry is compiled again.
//!
//! An entry is what the compiler wrote, mapped into memory where it lies, and behind it its CRC-32,
//! against damage: whoever could write an entry on purpose could write its checksum too. What was not
//! used for a month goes when another entry comes.

use std::fs::{self, DirBuilder, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crc32fast::Hasher as Crc32;
use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::digest::hex;
use crate::shape;

/// Where compiled code is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CachePolicy {
    /// In `$XDG_CACHE_HOME/ecs-crd/gates`, or `~/.cache/ecs-crd/gates`.
    User,
    /// In this folder.
    Folder(PathBuf),
    /// Nowhere.
    Off,
}

/// Bytes of the checksum an entry ends with.
const CHECKSUM_BYTES: u64 = 4;
/// An entry is checked in pieces that stay in the processor's cache.
const PIECE_BYTES: usize = 128 << 10;
/// How long an entry is kept that nobody uses.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How the names of entries end, and those of entries that are being written.
const ENDINGS: [&str; 2] = ["compiled", "new"];

#[derive(Clone)]
pub(crate) struct Cache {
    folder: Option<Arc<Path>>,
    /// Entries of another engine, another configuration, other rules of what is valid or another
    /// checksum have another name.
    engine_hash: Arc<str>,
}

impl Cache {
    /// A cache, switched off with a warning when its folder is not safe.
    pub(crate) fn new(policy: &CachePolicy, engine: &wasmtime::Engine) -> Self {
        let folder = match policy {
            CachePolicy::User => user_folder(),
            CachePolicy::Folder(folder) => Some(folder.clone()),
            CachePolicy::Off => None,
        };
        let folder = folder.filter(|folder| match make_safe(folder) {
            Ok(()) => true,
            Err(why) => {
                let folder = folder.display();
                tracing::warn!("gates are compiled anew each time: {folder} is not used: {why}");
                false
            }
        });
        let mut hasher = ShaHasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        shape::features().hash(&mut hasher);
        CHECKSUM_BYTES.hash(&mut hasher);
        let engine_hash = hex(&hasher.0.finalize())[..16].into();
        Cache { folder: folder.map(Into::into), engine_hash }
    }

    fn entry(&self, digest: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{digest}-{}.compiled", self.engine_hash)))
    }

    /// The compiled code of a component, if it is there and whole. It is there only for a component
    /// that was found valid.
    pub(crate) fn load(&self, digest: &str, engine: &wasmtime::Engine) -> Option<Component> {
        let entry = self.entry(digest)?;
        let loaded = match is_whole(&entry) {
            Ok(true) => deserialize(engine, &entry).map_err(|error| format!("{error:#}")),
            Ok(false) => Err("it is damaged".to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => Err(error.to_string()),
        };
        loaded
            .inspect_err(|why| {
                let entry = entry.display();
                tracing::warn!("{entry} is not used, and the gate compiled again: {why}");
            })
            .ok()
    }

    /// Keeps the compiled code of a component, and no longer what nobody used. Failing to is no more
    /// than slow.
    pub(crate) fn store(&self, digest: &str, component: &Component) {
        let Some(entry) = self.entry(digest) else { return };
        let stored = component
            .serialize()
            .map_err(io::Error::other)
            .and_then(|code| write_whole(&entry, &[&code, &crc32fast::hash(&code).to_le_bytes()]));
        if let Err(error) = stored {
            tracing::warn!("{} cannot be written: {error}", entry.display());
        }
        if let Some(Err(error)) = self.folder.as_deref().map(remove_unused) {
            tracing::warn!("gates that nobody uses stay in the cache: {error}");
        }
    }
}

/// Removes what was neither written nor used for a month.
fn remove_unused(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path.extension().is_some_and(|it| ENDINGS.iter().any(|ending| it == *ending));
        let removed = match fs::symlink_metadata(&path).and_then(|found| found.modified()) {
            // The clock may have been set back: nothing is older than now then.
            Ok(used) if ours && used.elapsed().is_ok_and(|unused| unused > UNUSED) => {
                fs::remove_file(&path)
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        match removed {
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

/// Whether an entry ends with the checksum of what is before it. If so it counts as used now.
fn is_whole(entry: &Path) -> io::Result<bool> {
    let mut file = File::open(entry)?;
    let Some(code_bytes) = file.metadata()?.len().checked_sub(CHECKSUM_BYTES) else {
        return Ok(false);
    };
    file.seek(SeekFrom::Start(code_bytes))?;
    let mut checksum = Vec::new();
    file.read_to_end(&mut checksum)?;
    file.rewind()?;
    let (mut code, mut hasher) = (file.take(code_bytes), Crc32::new());
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let length = code.read(&mut piece)?;
        let Some(read @ [_, ..]) = piece.get(..length) else { break };
        hasher.update(read);
    }
    let whole = checksum == hasher.finalize().to_le_bytes();
    if whole {
        // On a file system that is read only nothing is removed either.
        let _ = code.into_inner().set_modified(SystemTime::now());
    }
    Ok(whole)
}

/// Maps an entry, or reads it where nothing may be run from: a file system may say so.
#[expect(
    unsafe_code,
    reason = "the bytes are those this program wrote to a folder only its user can write to"
)]
fn deserialize(engine: &wasmtime::Engine, entry: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the entry came out of `Component::serialize` of an engine with the same compatibility
    // hash (it is in the entry's name), lies in a folder of mode 0700 owned by this user, its
    // checksum is the one written behind it, and it is never written to but replaced by renaming.
    unsafe {
        Component::deserialize_file(engine, entry).or_else(|not_mapped| {
            let read = fs::read(entry).map_err(|_| not_mapped)?;
            Component::deserialize(engine, read)
        })
    }
}

fn user_folder() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("ecs-crd").join("gates"))
}

/// Makes the folder, or finds it a real folder of this user that nobody else can enter.
fn make_safe(folder: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| format!("it cannot be made: {error}"))?;
    let found = fs::symlink_metadata(folder).map_err(|error| error.to_string())?;
    let user = rustix::process::geteuid().as_raw();
    let mode = found.permissions().mode() & 0o777;
    if !found.is_dir() {
        Err("it is not a folder".to_owned())
    } else if found.uid() != user {
        Err(format!("it belongs to user {}, not {user}", found.uid()))
    } else if mode != 0o700 {
        Err(format!("others may use it: its mode is {mode:o}, not 700 (`chmod 700` it)"))
    } else {
        Ok(())
    }
}

/// Writes beside the entry, syncs, and renames: a reader meets a whole entry or none.
fn write_whole(entry: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let beside = entry.with_extension(format!("{}.new", std::process::id()));
    let written = File::create(&beside).and_then(|mut file| {
        for part in parts {
            file.write_all(part)?;
        }
        file.sync_all()?;
        fs::rename(&beside, entry)
    });
    if written.is_err() {
        // The first error is the one to tell; what is left is overwritten by the next attempt.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Feeds a hash into SHA-256, which unlike the standard hasher stays the same between builds.
struct ShaHasher(Sha256);

impl Hasher for ShaHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}
