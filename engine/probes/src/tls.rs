//! TLS: whom to trust, and the handshake under the name that is presented.

use std::io;
use std::sync::{Arc, OnceLock};

use runner::{Called, Target};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};
use url::Host;

use crate::deadline::Deadline;
use crate::dial::Dialled;
use crate::fault::{refused, retryable};
use crate::network::Wire;

/// The authorities whose certificates are accepted; read when the first request needs them.
#[derive(Default)]
pub(crate) struct Trust(OnceLock<Result<TlsConnector, String>>);

impl Trust {
    /// These authorities alone.
    pub(crate) fn only(authorities: Vec<CertificateDer<'static>>) -> Self {
        Trust(OnceLock::from(connector(authorities)))
    }

    fn connector(&self) -> Called<&TlsConnector> {
        let machine = || connector(rustls_native_certs::load_native_certs().certs);
        self.0.get_or_init(machine).as_ref().map_err(|why| refused(why.clone()))
    }

    /// The connection with TLS upon it.
    pub(crate) async fn secured(
        &self,
        dialled: Dialled,
        target: &Target,
        deadline: Deadline,
    ) -> Called<Box<dyn Wire>> {
        let (name, address) = (server_name(target)?, dialled.address);
        let stage = || format!("{address} did not finish the TLS handshake");
        let handshake = self.connector()?.connect(name, dialled.wire);
        match deadline.within(stage, handshake).await? {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => {
                let what = format!("no TLS with {address} as {}", host(target));
                Err(match is_about_tls(&error) {
                    true => refused(format!("{what}: {error}")),
                    false => retryable(format!("{what}: {error}")),
                })
            }
        }
    }
}

/// HTTP/1.1 over TLS 1.2 or 1.3, with the cryptography of ring.
fn connector(authorities: Vec<CertificateDer<'static>>) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    let (added, _unreadable) = roots.add_parsable_certificates(authorities);
    if added == 0 {
        let hint = "install ca-certificates, or set SSL_CERT_FILE";
        return Err(format!("this machine trusts no certificate authority: {hint}"));
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn host(target: &Target) -> &str {
    target.presented.host_str().unwrap_or_default()
}

fn server_name(target: &Target) -> Called<ServerName<'static>> {
    match target.presented.host() {
        Some(Host::Ipv4(address)) => Ok(ServerName::IpAddress(address.into())),
        Some(Host::Ipv6(address)) => Ok(ServerName::IpAddress(address.into())),
        _ => ServerName::try_from(host(target).trim_end_matches('.').to_owned())
            .map_err(|error| refused(format!("{}: {error}", host(target)))),
    }
}

/// A certificate or a protocol that is not right, rather than a connection that broke.
fn is_about_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Error>())
}
