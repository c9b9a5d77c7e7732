//! The bindings committed in the templates are those of the contract.

use componentize::bindings;
use std::fs;
use std::path::Path;

#[test]
fn bindings_of_the_templates_are_current() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    for file in bindings().unwrap() {
        let committed = fs::read_to_string(examples.join(file.path)).unwrap();
        assert!(committed == file.text, "{}: run plugins/build --bindings", file.path);
    }
}
