//! The address this machine has on the internet, for files that use `{{external_ip}}`.

use std::net::IpAddr;

use rollout::HttpGrant;
use runner::question::RequestQuestion;
use runner::{Called, ProbeRequest, Reach};

use crate::fault::refused;
use crate::probes::Probes;

/// AWS's own service for this; its answer is the address and the end of a line.
const ORIGIN: &str = "https://checkip.amazonaws.com";
/// The longest it may take.
const TIMEOUT_MS: u32 = 10_000;

/// Asks AWS from which address we come.
///
/// # Errors
/// As for any request; `Refused` for an answer that is no address.
pub async fn external_ip(probes: &Probes) -> Called<IpAddr> {
    let grant = HttpGrant { origin: ORIGIN.to_owned(), headers_from_secret: [].into() };
    let reach = Reach {
        gate: "{{external_ip}}".to_owned(),
        grants: vec![grant],
        green: None,
        blue: None,
        first_name: String::new(),
    };
    let question = RequestQuestion {
        id: "external-ip".to_owned(),
        method: "GET".to_owned(),
        url: ORIGIN.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: TIMEOUT_MS,
        follow_redirects: false,
    };
    let request = ProbeRequest::granted(reach, question).map_err(refused)?;
    let answer = probes.answer(&request).await?;
    let text = String::from_utf8_lossy(&answer.body);
    let address = text.trim().parse().ok().filter(|_| answer.status == 200);
    address.ok_or_else(|| {
        let said: String = text.trim().chars().take(80).collect();
        refused(format!("{ORIGIN} answered {} with `{said}`, which is no address", answer.status))
    })
}
