//! CloudFormation: stacks are made once and deleted once; none that may be handed back is updated.
//!
//! | to know | read |
//! | --- | --- |
//! | what stacks are called, and whose one is | `names`, `standing` |
//! | how one is made | `create` |
//! | how it stands, and why it could not be made | `state`, `reason`; what it was made of: `deployed` |
//! | how one goes, and what of it stays for others (S17) | `remove`, `shared` |
//!
//! What creation and deletion need to be told apart lives in this process alone (`memory`): a stack
//! whose creation failed is deleted by CloudFormation itself and cannot be found by name any more.

pub(crate) mod create;
mod deployed;
mod memory;
pub(crate) mod names;
mod port;
mod reason;
mod remove;
pub(crate) mod shared;
pub(crate) mod standing;
mod state;

pub use create::lease_name;
pub(crate) use memory::Memory;
