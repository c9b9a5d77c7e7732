//! The contract's types and its export macro, generated from `wit/gate.wit`.

wit_bindgen::generate!({
    path: "../../wit",
    world: "gate-world",
    additional_derives: [PartialEq],
    generate_unused_types: true,
    pub_export_macro: true,
    default_bindings_module: "gate_sdk::bindings",
});
