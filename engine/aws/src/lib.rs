//! The ports on AWS: the only room that knows the SDK.
//!
//! Every call goes over the wire to the service's endpoint (`AWS_ENDPOINT_URL` and the SDK's own
//! rules name another), takes 20 s at most, and turns what comes back into the words of `runner`.
//!
//! | to know | read |
//! | --- | --- |
//! | how one gets in | `connect`, `clients`, `clock` |
//! | what a failed call means | `error` |
//! | what adapters know of a deployment | `scene`, kept by `aws`; of a look: `memo` |
//! | what the account holds, and what is missing | `discovery` |
//! | how stacks are made, watched and deleted | `stacks` |
//! | what is live, and who is told | `registry`, `notices` |
//! | secrets that headers of gates hold | `secret_source` |
//! | the weighted records | `traffic` |
//! | what CloudWatch measured | `metrics` |
//! | tasks, targets, scaling | `workload` |
//! | how a journal is kept for every machine | `ledger` |

mod aws;
mod clients;
mod clock;
mod connect;
mod deadline;
mod discovery;
mod error;
mod ledger;
mod memo;
mod metrics;
mod notices;
mod registry;
mod scene;
mod secret_source;
mod stacks;
mod traffic;
mod workload;

pub use aws::Aws;
pub use clients::{Clients, Lazy};
pub use clock::WallClock;
pub use connect::{Account, ConnectError, Connection, Options, connect, connect_from};
pub use discovery::{Survey, SurveyError};
pub use ledger::{DynamoLedger, LeaseTimes};
pub use stacks::lease_name;
