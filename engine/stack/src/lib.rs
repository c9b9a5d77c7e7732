//! A deployment file and what was found in the account → the two CloudFormation templates of a
//! deployment. Pure: the same input gives the same template, byte for byte.
//!
//! | to know | read |
//! | --- | --- |
//! | what goes in | `release`, `found`; what discovery must look for: `wanted` |
//! | what comes out, or why nothing does | `rendered`, `refusal`; refused early: `conflicts` |
//! | what things are called | `names`, `logical` |
//! | the stack of a release | `green`, and a file for each kind of resource in `resources` |
//! | the stack of log group and records | `init` |
//! | how a listener outlives its stack | `retained` |
//! | how two templates differ | `difference` |
//! | what a run must be allowed to do | `policy` |

mod conflicts;
mod difference;
mod draft;
mod found;
mod green;
mod init;
mod json;
mod logical;
pub mod names;
pub mod policy;
mod refusal;
mod release;
mod rendered;
mod resources;
mod retained;
mod wanted;

pub use difference::{Change, Fate, ResourceChange, changes, release_changes, resource_changes};
pub use found::{Balancer, Found, FoundListener, FoundSecret, Zone};
pub use green::green;
pub use init::init;
pub use refusal::Refusal;
pub use release::Release;
pub use rendered::{DEPLOYMENT_TAG, MOST_BYTES, Rendered, Secret, SecretParameter};
pub use resources::records::zone_of;
pub use retained::{is_vacancy, retained, vacancy};
pub use wanted::{Wanted, wanted};
