//! Ports: one, or one for each of the two sides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Whole;

/// A port inside a container, of a listener, of a target group.
pub type ContainerPort = Whole<1, 65535>;

/// A port that may differ between the two sides, so that both can run on one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
#[schemars(title = "Port")]
pub enum Port {
    /// The same on both sides; 0 lets ECS choose.
    Same(Whole<0, 65535>),
    /// One port for each side: the one of the side that is being deployed is taken.
    BySide {
        /// On the first balancer.
        blue: Whole<1, 65535>,
        /// On the second balancer.
        green: Whole<1, 65535>,
    },
}
