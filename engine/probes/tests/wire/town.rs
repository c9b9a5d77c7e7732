//! A small internet: names with addresses, addresses with servers on this machine.
//!
//! Addresses are public ones, mapped to local listeners by the connector, so that the policy is the
//! one of production.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use probes::{Connector, Probes, Resolver, Wire};
use rollout::HttpGrant;
use runner::question::{Header, RequestQuestion, ResponseAnswer};
use runner::{CallError, CallErrorKind, Called, ProbeRequest, Probes as _, Reach, SecretSource};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::deployment::deployment;

pub(crate) const GREEN: &str = "52.47.0.1";
pub(crate) const API: &str = "52.47.0.2";

/// What stands at an address.
enum Door {
    Listener(SocketAddr),
    /// Gets the other end of every connection.
    Scripted(fn(DuplexStream)),
    /// Never answers a connection.
    Silent,
}

/// Names, doors, and what was asked of them.
#[derive(Default)]
pub(crate) struct Town {
    /// The answers of a name, one a lookup; the last one stays.
    names: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
    doors: Mutex<BTreeMap<SocketAddr, Door>>,
    secrets: Mutex<BTreeMap<String, SecretString>>,
    pub(crate) lookups: Mutex<Vec<String>>,
    pub(crate) dialled: Mutex<Vec<SocketAddr>>,
}

/// What a server saw: each request as it came.
pub(crate) type Seen = Arc<Mutex<Vec<String>>>;

impl Town {
    /// `cart.example.com` is the service, its green balancer stands at `GREEN`, `api.example.net`
    /// at `API`.
    pub(crate) fn new() -> Arc<Self> {
        let town = Arc::new(Town::default());
        town.name("green-1.elb.example.net", &[&[GREEN]]);
        town.name("api.example.net", &[&[API]]);
        town
    }

    pub(crate) fn name(&self, name: &str, answers: &[&[&str]]) {
        let one = |addresses: &&[&str]| addresses.iter().map(|it| it.parse().unwrap()).collect();
        let answers = answers.iter().map(one).collect();
        self.names.lock().unwrap().insert(name.to_owned(), answers);
    }

    pub(crate) fn secret(&self, id: &str, value: &str) {
        self.secrets.lock().unwrap().insert(id.to_owned(), value.into());
    }

    pub(crate) fn script(&self, at: &str, script: fn(DuplexStream)) {
        self.doors.lock().unwrap().insert(address(at), Door::Scripted(script));
    }

    pub(crate) fn silence(&self, at: &str) {
        self.doors.lock().unwrap().insert(address(at), Door::Silent);
    }

    /// A server that answers each request by a function of it.
    pub(crate) async fn serve(
        &self,
        at: &str,
        answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
    ) -> Seen {
        self.open(at, None, answer).await
    }

    /// The same over TLS; the name a client asked for stands before what it sent.
    pub(crate) async fn open(
        &self,
        at: &str,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
    ) -> Seen {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Door::Listener(listener.local_addr().unwrap());
        self.doors.lock().unwrap().insert(address(at), door);
        let seen = Seen::default();
        let kept = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client may leave at any time: that ends its connection and nothing else.
                let _left = attend(stream, tls.as_ref(), &answer, &kept).await;
            }
        });
        seen
    }

    pub(crate) fn probes(self: &Arc<Self>) -> Probes {
        Probes::new(self.clone(), self.clone(), self.clone())
    }

    pub(crate) async fn get(self: &Arc<Self>, url: &str) -> Called<ResponseAnswer> {
        self.ask(&[], get(url)).await
    }

    /// Asks by a gate that was granted the origin it asks and those of the table, each with the
    /// headers that it adds: (origin, header, secret).
    pub(crate) async fn ask(
        self: &Arc<Self>,
        grants: &[(&str, &str, &str)],
        question: RequestQuestion,
    ) -> Called<ResponseAnswer> {
        asked(&self.probes(), grants, question).await
    }

    pub(crate) async fn ask_trusting(
        self: &Arc<Self>,
        authority: &CertificateDer<'static>,
        question: RequestQuestion,
    ) -> Called<ResponseAnswer> {
        asked(&self.probes().trusting(vec![authority.clone()]), &[], question).await
    }
}

async fn asked(
    probes: &Probes,
    grants: &[(&str, &str, &str)],
    question: RequestQuestion,
) -> Called<ResponseAnswer> {
    probes.request(&deployment(), &granted(grants, question)?).await
}

/// The request of a gate that was granted the origin it asks and those of the table.
pub(crate) fn granted(
    grants: &[(&str, &str, &str)],
    question: RequestQuestion,
) -> Called<ProbeRequest> {
    let url = question.url.parse::<url::Url>().unwrap();
    let own = (url.origin().ascii_serialization(), BTreeMap::new());
    let others = grants.iter().map(|(origin, header, secret)| {
        let header = (!header.is_empty()).then(|| (header.to_string(), secret.to_string()));
        (origin.to_string(), header.into_iter().collect())
    });
    let grant = |(origin, headers_from_secret)| HttpGrant { origin, headers_from_secret };
    let reach = Reach {
        gate: "smoke".to_owned(),
        grants: others.chain([own]).map(grant).collect(),
        green: Some("green-1.elb.example.net".to_owned()),
        blue: None,
        first_name: "cart.example.com".to_owned(),
    };
    ProbeRequest::granted(reach, question)
        .map_err(|why| CallError::new(CallErrorKind::Refused, why))
}

#[async_trait]
impl Resolver for Town {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.lookups.lock().unwrap().push(name.to_owned());
        if name.starts_with("silent.") {
            std::future::pending::<()>().await;
        }
        let mut names = self.names.lock().unwrap();
        let unknown = || io::Error::other("unknown name");
        let answers = names.get_mut(name).ok_or_else(unknown)?;
        match answers.len() {
            1 => Ok(answers[0].clone()),
            _ => answers.pop_front().ok_or_else(unknown),
        }
    }
}

#[async_trait]
impl Connector for Town {
    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Wire>> {
        self.dialled.lock().unwrap().push(address);
        let listener = match self.doors.lock().unwrap().get(&address) {
            None => return Err(io::ErrorKind::ConnectionRefused.into()),
            Some(Door::Listener(listener)) => Some(*listener),
            Some(Door::Scripted(script)) => {
                let (ours, theirs) = tokio::io::duplex(64 * 1024);
                script(theirs);
                return Ok(Box::new(ours));
            }
            Some(Door::Silent) => None,
        };
        match listener {
            Some(listener) => Ok(Box::new(TcpStream::connect(listener).await?)),
            None => std::future::pending().await,
        }
    }
}

#[async_trait]
impl SecretSource for Town {
    async fn value(&self, id: &str) -> Called<SecretString> {
        let value = self.secrets.lock().unwrap().get(id).cloned();
        let message = format!("Secrets Manager has no secret `{id}`");
        value.ok_or_else(|| CallError::new(CallErrorKind::Missing, message))
    }
}

fn address(at: &str) -> SocketAddr {
    at.parse().unwrap()
}

/// Serves one connection: reads a request, answers, closes.
async fn attend(
    stream: TcpStream,
    tls: Option<&TlsAcceptor>,
    answer: &(impl Fn(&str) -> Vec<u8> + Sync),
    seen: &Seen,
) -> io::Result<()> {
    let Some(tls) = tls else { return exchange(stream, String::new(), answer, seen).await };
    let stream = tls.accept(stream).await?;
    let (_, session) = stream.get_ref();
    let alpn = String::from_utf8_lossy(session.alpn_protocol().unwrap_or_default()).into_owned();
    let about = format!("{} by {alpn}\n", session.server_name().unwrap_or("nobody"));
    exchange(stream, about, answer, seen).await
}

async fn exchange(
    mut stream: impl Wire,
    about: String,
    answer: &(impl Fn(&str) -> Vec<u8> + Sync),
    seen: &Seen,
) -> io::Result<()> {
    let request = read_request(&mut stream).await?;
    seen.lock().unwrap().push(about + &request);
    stream.write_all(&answer(&request)).await?;
    stream.shutdown().await
}

/// A request's head, and its body as long as the head says.
pub(crate) async fn read_request(stream: &mut impl Wire) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |it| it.parse().unwrap()) {
                return Ok(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// An answer with these lines in its head.
pub(crate) fn answer(status: u16, lines: &[&str], body: &str) -> Vec<u8> {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{lines}\r\n{body}").into_bytes()
}

/// A GET that follows redirects and has a minute's patience, nearly.
pub(crate) fn get(url: &str) -> RequestQuestion {
    RequestQuestion {
        id: "q1".to_owned(),
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 30_000,
        follow_redirects: true,
    }
}

pub(crate) fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

/// The kind and the sentence of a failure.
pub(crate) fn failure(answer: Called<ResponseAnswer>) -> (CallErrorKind, String) {
    let error = answer.unwrap_err();
    (error.kind, error.message)
}

/// Asserts that it failed for good, with a sentence that holds `why`.
#[track_caller]
pub(crate) fn assert_refused(answer: Called<ResponseAnswer>, why: &str) {
    let (kind, message) = failure(answer);
    assert!(kind == CallErrorKind::Refused && message.contains(why), "{kind:?}: {message}");
}

/// Asserts that asking again makes sense, with a sentence that holds `why`.
#[track_caller]
pub(crate) fn assert_retryable(answer: Called<ResponseAnswer>, why: &str) {
    let (kind, message) = failure(answer);
    assert!(kind == CallErrorKind::Retryable && message.contains(why), "{kind:?}: {message}");
}
