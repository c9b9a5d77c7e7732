//! Compiled code is kept for its user alone, and used only when it is what was written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gates::{CachePolicy, Engine};
use tempfile::TempDir;

use crate::support::guest;

fn engine(folder: &Path) -> Engine {
    Engine::new(&CachePolicy::Folder(folder.to_owned())).expect("an engine")
}

fn from_cache(folder: &Path, bytes: &[u8]) -> bool {
    engine(folder).load("gate", bytes).expect("a gate").facts().from_cache
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn a_gate_is_compiled_once() {
    let temporary = TempDir::new().expect("a folder");
    let folder = temporary.path().join("a").join("gates");
    assert!(!from_cache(&folder, &guest("harmless")));
    assert!(from_cache(&folder, &guest("harmless")));
    assert!(!from_cache(&folder, &guest("spins")), "another gate is another entry");
    let mode = fs::metadata(&folder).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn s13_a_damaged_entry_is_compiled_again() {
    let temporary = TempDir::new().expect("a folder");
    let folder = temporary.path().join("gates");
    assert!(!from_cache(&folder, &guest("harmless")));
    let entry = entries(&folder).pop().expect("an entry");
    let whole = fs::read(&entry).expect("readable");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for damaged in [flipped.as_slice(), &whole[..whole.len() / 2], &whole[..7], b""] {
        fs::write(&entry, damaged).expect("written");
        assert!(!from_cache(&folder, &guest("harmless")), "{} bytes", damaged.len());
        assert!(from_cache(&folder, &guest("harmless")), "it was written anew");
    }
}

#[test]
fn what_nobody_used_for_a_month_goes_when_another_gate_comes() {
    let temporary = TempDir::new().expect("a folder");
    let folder = temporary.path().join("gates");
    from_cache(&folder, &guest("harmless"));
    let used = entries(&folder);
    from_cache(&folder, &guest("spins"));
    let not_ours = folder.join("notes.txt");
    fs::write(&not_ours, "kept").expect("written");
    let month_ago = SystemTime::now() - Duration::from_secs(31 * 24 * 60 * 60);
    for entry in entries(&folder) {
        let file = fs::File::open(entry).expect("an entry");
        file.set_modified(month_ago).expect("set");
    }
    assert!(from_cache(&folder, &guest("harmless")), "old, and used again");
    let before = entries(&folder);
    assert_eq!(before.len(), 3, "nothing goes before another comes");
    from_cache(&folder, &guest("traps"));
    let after = entries(&folder);
    assert_eq!(after.len(), 3, "one came and one went");
    assert!(after.contains(&used[0]) && after.contains(&not_ours));
    assert!(!before.iter().all(|entry| after.contains(entry)));
}

#[test]
fn s13_a_folder_that_others_may_enter_is_not_used() {
    let temporary = TempDir::new().expect("a folder");
    let folder = temporary.path().join("gates");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
    assert!(!from_cache(&folder, &guest("harmless")));
    assert!(!from_cache(&folder, &guest("harmless")));
    assert_eq!(entries(&folder), Vec::<PathBuf>::new());
}

#[test]
fn s13_a_link_to_a_folder_is_not_used() {
    let temporary = TempDir::new().expect("a folder");
    let folder = temporary.path().join("gates");
    let elsewhere = temporary.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o700)).expect("set");
    std::os::unix::fs::symlink(&elsewhere, &folder).expect("linked");
    assert!(!from_cache(&folder, &guest("harmless")));
    assert!(!from_cache(&folder, &guest("harmless")));
}

#[test]
fn s13_a_compiled_file_is_never_taken_for_a_gate() {
    let temporary = TempDir::new().expect("a folder");
    let folder = temporary.path().join("gates");
    from_cache(&folder, &guest("harmless"));
    let entry = fs::read(entries(&folder).pop().expect("an entry")).expect("readable");
    let checksum_bytes = 4;
    for compiled in [&entry[..entry.len() - checksum_bytes], &entry] {
        let error = engine(&folder).load("gate.cwasm", compiled).err().expect("refused");
        assert!(error.to_string().contains("no WebAssembly component"), "{error}");
    }
}
