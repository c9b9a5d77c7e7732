//! YAML as a tree that knows where everything stands.

mod de;
mod load;
mod scalar;
mod tree;

pub(crate) use de::{from_node, quote_it};
pub(crate) use load::{MOST_BYTES, load};
pub(crate) use scalar::Kind;
pub(crate) use tree::{Entry, Node, Scalar, Value};
