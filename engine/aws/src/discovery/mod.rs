//! Finding out what the account holds; writes nothing, and pages everywhere.

pub(crate) mod balancers;
pub(crate) mod zones;
