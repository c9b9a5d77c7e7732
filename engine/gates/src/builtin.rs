//! The first-party gates, carried in the program.

/// Name and component of every built-in gate, by name.
const BUILTINS: [(&str, &[u8]); 5] = [
    ("cloudwatch-metrics", include_bytes!("../../../plugins/dist/cloudwatch-metrics.wasm")),
    ("error-rate", include_bytes!("../../../plugins/dist/error-rate.wasm")),
    ("http-smoke", include_bytes!("../../../plugins/dist/http-smoke.wasm")),
    ("kayenta", include_bytes!("../../../plugins/dist/kayenta.wasm")),
    ("latency", include_bytes!("../../../plugins/dist/latency.wasm")),
];

/// The component of `builtin:NAME`; none when there is no such gate.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static [u8]> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

/// The names of the built-in gates, in order.
pub fn builtins() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|(name, _)| *name)
}
