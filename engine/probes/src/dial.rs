//! From a target to a connection: resolve once, check every address, connect to one of those.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use runner::{Called, Target};
use tokio::time::{Instant, timeout};
use url::Host;

use crate::deadline::Deadline;
use crate::fault::{refused, retryable};
use crate::limits::ATTEMPTS;
use crate::network::{Connector, Resolver, Wire};
use crate::policy::forbidden;

/// The ways out.
pub(crate) struct Network {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) connector: Arc<dyn Connector>,
}

/// A connection.
pub(crate) struct Dialled {
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) address: SocketAddr,
    /// When the name was resolved; none where an address was given.
    pub(crate) resolved_at: Option<Instant>,
}

impl Network {
    /// Connects to a target.
    pub(crate) async fn dial(&self, target: &Target, deadline: Deadline) -> Called<Dialled> {
        let (addresses, resolved_at) = match &target.address {
            Host::Ipv4(address) => (vec![IpAddr::V4(*address)], None),
            Host::Ipv6(address) => (vec![IpAddr::V6(*address)], None),
            Host::Domain(name) => {
                let found = self.resolved(name, deadline).await?;
                (found, Some(Instant::now()))
            }
        };
        check(target, &addresses)?;
        let (wire, address) = self.connected(&addresses, target.port(), deadline).await?;
        Ok(Dialled { wire, address, resolved_at })
    }

    async fn resolved(&self, name: &str, deadline: Deadline) -> Called<Vec<IpAddr>> {
        let stage = || format!("{name} was not resolved");
        match deadline.within(stage, self.resolver.resolve(name)).await? {
            Ok(addresses) if addresses.is_empty() => {
                Err(retryable(format!("{name} has no address")))
            }
            Ok(addresses) => Ok(addresses),
            Err(error) => Err(retryable(format!("{name} cannot be resolved: {error}"))),
        }
    }

    /// The first address that answers; each gets an equal share of the time that is left.
    async fn connected(
        &self,
        addresses: &[IpAddr],
        port: u16,
        deadline: Deadline,
    ) -> Called<(Box<dyn Wire>, SocketAddr)> {
        let tried = &addresses[..addresses.len().min(ATTEMPTS)];
        let mut failures = Vec::new();
        for (at, address) in tried.iter().enumerate() {
            let address = SocketAddr::new(*address, port);
            let share = deadline.share(tried.len() - at);
            match timeout(share, self.connector.connect(address)).await {
                Ok(Ok(wire)) => return Ok((wire, address)),
                Ok(Err(error)) => failures.push(format!("{address} ({error})")),
                Err(_) => failures.push(format!("{address} (silent for {} ms)", share.as_millis())),
            }
        }
        Err(retryable(format!("no connection to {}", failures.join(", "))))
    }
}

/// All addresses of an answer must be allowed: a forbidden one among them is somebody's trick.
fn check(target: &Target, addresses: &[IpAddr]) -> Called<()> {
    let found = addresses.iter().find_map(|address| Some((address, forbidden(*address)?)));
    match found {
        None => Ok(()),
        Some((address, what)) => Err(refused(format!(
            "{} is at {address} ({what}), which is never connected to, whatever is granted",
            target.address
        ))),
    }
}
