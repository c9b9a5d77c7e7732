//! The host's side of `wit/gate.wit`, generated.

wasmtime::component::bindgen!({ path: "../../wit", world: "gate-world" });

pub(crate) use self::exports::ecs_crd::gate::gate as wit;
