//! The emulator's own checks: what it says of itself is so, and so what is shown with it counts.

use std::path::Path;
use std::process::Command;

use super::venv;

#[test]
fn the_emulator_passes_its_own_checks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/system/aws");
    let python = venv::with("aws", &folder.join("requirements.txt")).join("bin/python");
    // The predecessor runs against it in tests of the program.
    let is_ours = |name: &str| name.starts_with("test_") && name != "test_predecessor.py";
    let files = std::fs::read_dir(folder.join("checks")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let checks = names.filter(|name| is_ours(name));
    let modules: Vec<_> =
        checks.map(|it| format!("checks.{}", it.trim_end_matches(".py"))).collect();
    assert!(modules.len() > 4, "{modules:?}");
    let ran =
        Command::new(python).args(["-m", "unittest"]).args(&modules).current_dir(folder).output();
    let ran = ran.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
