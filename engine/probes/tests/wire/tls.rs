//! TLS: under the service's first name, with a certificate that somebody trusted stands behind.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::town::{Town, answer, assert_refused, get};

/// An authority of the tests' own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A server with a certificate for this name.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

#[tokio::test]
async fn green_sees_the_services_first_name_in_sni_certificate_and_host() {
    let (town, authority) = (Town::new(), Authority::new("tests"));
    let tls = authority.acceptor("cart.example.com");
    let seen = town.open("52.47.0.1:443", Some(tls), |_| answer(200, &[], "green")).await;
    let answer = town.ask_trusting(&authority.certificate(), get("https://green/health")).await;
    assert_eq!(answer.unwrap().body, b"green");
    let seen = seen.lock().unwrap()[0].clone();
    assert!(seen.starts_with("cart.example.com by http/1.1\nGET /health HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("\r\nhost: cart.example.com\r\n"), "{seen}");
    assert_eq!(*town.lookups.lock().unwrap(), ["green-1.elb.example.net"]);
}

#[tokio::test]
async fn a_certificate_of_another_name_or_of_nobody_trusted_is_refused() {
    let (town, authority) = (Town::new(), Authority::new("tests"));
    let other = authority.acceptor("green-1.elb.example.net");
    town.open("52.47.0.1:443", Some(other), |_| answer(200, &[], "")).await;
    let named = town.ask_trusting(&authority.certificate(), get("https://green/")).await;
    assert_refused(
        named,
        "no TLS with 52.47.0.1:443 as cart.example.com: invalid peer certificate",
    );

    let own = authority.acceptor("cart.example.com");
    town.open("52.47.0.1:443", Some(own), |_| answer(200, &[], "")).await;
    let stranger = Authority::new("strangers").certificate();
    let unknown = town.ask_trusting(&stranger, get("https://green/")).await;
    assert_refused(unknown, "invalid peer certificate: UnknownIssuer");
    // Nor does this machine trust it, whatever else it trusts.
    assert_refused(town.get("https://green/").await, "");
}

#[tokio::test]
async fn a_server_without_tls_is_refused() {
    let (town, authority) = (Town::new(), Authority::new("tests"));
    town.script("52.47.0.1:443", |mut stream| {
        tokio::spawn(async move {
            let plain = answer(400, &[], "plain");
            tokio::io::AsyncWriteExt::write_all(&mut stream, &plain).await.unwrap();
            std::future::pending::<()>().await;
        });
    });
    let plain = town.ask_trusting(&authority.certificate(), get("https://green/")).await;
    assert_refused(plain, "no TLS with 52.47.0.1:443");
}

#[tokio::test]
async fn s13_a_redirect_from_https_to_http_is_refused() {
    let (town, authority) = (Town::new(), Authority::new("tests"));
    let plain = town.serve("52.47.0.1:80", |_| answer(200, &[], "")).await;
    let tls = authority.acceptor("cart.example.com");
    let line = "location: http://cart.example.com/";
    town.open("52.47.0.1:443", Some(tls), move |_| answer(301, &[line], "")).await;
    let down = town.ask_trusting(&authority.certificate(), get("https://green/")).await;
    assert_refused(down, "http://cart.example.com leaves https for http");
    assert_eq!(plain.lock().unwrap().len(), 0);
}
