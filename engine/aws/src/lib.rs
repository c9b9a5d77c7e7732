//! The ports on AWS: the only room that knows the SDK.
//!
//! Every call goes over the wire to the service's endpoint (`AWS_ENDPOINT_URL` and the SDK's own
//! rules name another), takes 20 s at most, and turns what comes back into the words of `runner`.
//!
//! | to know | read |
//! | --- | --- |
//! | how one gets in | `connect`, `clients`, `clock` |
//! | what a failed call means | `error` |
//! | what adapters know of a deployment | `scene`, kept by `aws` |
//! | what the account holds | `discovery` |

mod aws;
mod clients;
mod clock;
mod connect;
mod discovery;
mod error;
mod scene;

pub use aws::Aws;
pub use clients::Clients;
pub use clock::WallClock;
pub use connect::{Account, ConnectError, Connection, Options, connect};
