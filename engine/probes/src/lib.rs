//! HTTP questions of gates over real sockets: the only room that knows hyper.
//!
//! Grants are checked by the runner. Here names are resolved, addresses checked and connected to,
//! secret headers added and masked, answers bounded and timed.

mod deadline;
mod dial;
mod exchange;
mod external_ip;
mod fault;
mod limits;
mod mask;
mod metered;
mod network;
mod outgoing;
mod policy;
mod probes;
mod secrets;
mod tls;

pub use external_ip::external_ip;
pub use network::{Connector, Resolver, System, Wire};
pub use policy::forbidden;
pub use probes::Probes;
