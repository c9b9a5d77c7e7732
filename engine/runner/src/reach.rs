//! HTTP grants: whom a gate's request may reach, and whom the names in it stand for (S13).
//!
//! `green` and `blue` are hosts in a gate's own words only: each stands for that side's balancer,
//! which is connected to under the service's first name, or it would meet another service's rule.
//! A redirect is a server's word. The name that a side was asked under stays that side, so a
//! redirect from http to https, or to an absolute path, does not leave for whom DNS names by weight.

use std::collections::BTreeMap;

use rollout::{HttpGrant, Side};
use url::{Host, Url};

use crate::question::RequestQuestion;

/// What one gate may reach over HTTP, and what stands where.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The gate's name, for sentences.
    pub gate: String,
    /// The origins it was granted.
    pub grants: Vec<HttpGrant>,
    /// The DNS name of green's balancer; none before it stands.
    pub green: Option<String>,
    /// The DNS name of blue's balancer; none on a first release.
    pub blue: Option<String>,
    /// The service's first name: what both balancers know it by, and `{fqdn}`.
    pub first_name: String,
}

/// Whom a URL means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As grants spell it: with `green` or `blue` as its host.
    pub spelled: Url,
    /// As the server is asked: SNI, certificate and `Host` go by its host.
    pub presented: Url,
    /// What is connected to; a name is resolved first, and addresses are checked after that.
    pub address: Host,
    /// Header name → id of the secret whose value the host adds.
    pub headers_from_secret: BTreeMap<String, String>,
}

impl Target {
    /// Its port, given or the scheme's.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.spelled.port_or_known_default().unwrap_or_default()
    }
}

/// A request that its gate was granted: there is no other way to make one.
#[derive(Clone, Debug)]
pub struct ProbeRequest {
    question: RequestQuestion,
    target: Target,
    reach: Reach,
}

impl ProbeRequest {
    /// Checks a request against the grants of the gate that asks.
    ///
    /// # Errors
    /// What would have had to be granted, or what is wrong with the URL.
    pub fn granted(reach: Reach, question: RequestQuestion) -> Result<Self, String> {
        let symbolic = question.url.replace("{green}", "green").replace("{blue}", "blue");
        let url = symbolic.replace("{fqdn}", &reach.first_name);
        let url = Url::parse(&url).map_err(|error| format!("{}: {error}", question.url))?;
        let target = reach.target(url)?;
        Ok(ProbeRequest { question, target, reach })
    }

    /// What the gate asks.
    #[must_use]
    pub fn question(&self) -> &RequestQuestion {
        &self.question
    }

    /// Whom it means.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Where a redirect leads, checked against the grants again.
    ///
    /// # Errors
    /// Why it is not followed.
    pub fn redirected(&self, from: &Target, location: &str) -> Result<Target, String> {
        let mut to = from.presented.join(location).map_err(|error| error.to_string())?;
        if side_of(&to).is_some() {
            return Err("green and blue are names of the gate's, not of a server's".to_owned());
        }
        if (from.presented.scheme(), to.scheme()) == ("https", "http") {
            return Err(format!("{} leaves https for http", origin_of(&to)));
        }
        if to.host() == from.presented.host() {
            to.set_host(from.spelled.host_str()).map_err(|error| error.to_string())?;
        }
        self.reach.target(to)
    }
}

impl Reach {
    fn target(&self, spelled: Url) -> Result<Target, String> {
        let headers_from_secret = self.granted(&spelled)?;
        if !spelled.username().is_empty() || spelled.password().is_some() {
            return Err(format!("{}: no user or password in a URL", origin_of(&spelled)));
        }
        let mut presented = spelled.clone();
        let mut address = presented.host_str().unwrap_or_default().to_owned();
        if let Some(side) = side_of(&spelled) {
            address = self.balancer(side)?.to_owned();
            let name = if self.first_name.is_empty() { &address } else { &self.first_name };
            presented.set_host(Some(name)).map_err(|error| format!("{name}: {error}"))?;
        }
        let address = Host::parse(&address).map_err(|error| format!("{address}: {error}"))?;
        Ok(Target { spelled, presented, address, headers_from_secret })
    }

    /// The secret headers of the grants of this URL's origin, of which there must be one.
    fn granted(&self, url: &Url) -> Result<BTreeMap<String, String>, String> {
        let is_it = |grant: &&HttpGrant| {
            Url::parse(&grant.origin).is_ok_and(|origin| origin.origin() == url.origin())
        };
        let mut grants = self.grants.iter().filter(is_it).peekable();
        if grants.peek().is_none() || !matches!(url.scheme(), "http" | "https") {
            let (origin, gate) = (origin_of(url), &self.gate);
            return Err(format!(
                "requests to {origin} are not granted to {gate}: add `http: [\"{origin}\"]` to its grants",
            ));
        }
        Ok(grants.flat_map(|grant| grant.headers_from_secret.clone()).collect())
    }

    fn balancer(&self, side: Side) -> Result<&str, &'static str> {
        match side {
            Side::Green => self.green.as_deref().ok_or("green has no balancer yet"),
            Side::Blue => self.blue.as_deref().ok_or("there is no blue on a first release"),
        }
    }
}

fn side_of(url: &Url) -> Option<Side> {
    match url.host_str() {
        Some("green") => Some(Side::Green),
        Some("blue") => Some(Side::Blue),
        _ => None,
    }
}

fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests;
