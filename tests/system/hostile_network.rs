//! A gate in the host that asks for the metadata address, whatever way it spells it, over real
//! listeners: names and addresses are the test's, the policy is the one of production.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gates::{CachePolicy, Engine, Gate, Host};
use probes::{Connector, Probes, Resolver, Wire};
use rollout::{Decision, HttpGrant, Limits};
use runner::question::{Answer, Question, TurnOutcome};
use runner::{
    CallError, CallErrorKind, Called, GateHost as _, ProbeRequest, Probes as _, Reach, SecretSource,
};
use secrecy::SecretString;
use tokio::net::TcpStream;

use crate::deployment::deployment;
use crate::guest::{guest, guest_from, root};
use crate::situation::situation;

const METADATA: &str = "169.254.169.254:80";
const PUBLIC: &str = "52.47.0.2:80";

/// Names with the answers of one lookup after the other, addresses with listeners, what was dialled.
struct Town {
    names: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
    doors: BTreeMap<SocketAddr, SocketAddr>,
    dialled: Mutex<Vec<SocketAddr>>,
}

/// A server on this machine that gives every request one answer.
fn server(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client may leave at any time.
            let _left = stream.and_then(|mut stream| {
                let _read = stream.read(&mut [0; 4096])?;
                stream.write_all(answer.as_bytes())
            });
        }
    });
    address
}

impl Town {
    /// The metadata service gives credentials to whoever comes; a public server redirects to it.
    fn new(names: &[(&str, &[&str])], redirects_to: &str) -> Arc<Self> {
        let secret = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret".to_owned();
        let moved = match redirects_to {
            "" => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(),
            to => format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
        };
        let at = |address: &str| address.parse::<SocketAddr>().expect("an address");
        let inside = server(secret);
        let ip = |text: &&str| vec![text.parse().expect("an address")];
        let named = |(name, answers): &(&str, &[&str])| {
            ((*name).to_owned(), answers.iter().map(ip).collect())
        };
        Arc::new(Town {
            names: Mutex::new(names.iter().map(named).collect()),
            doors: [
                (at(METADATA), inside),
                (at("[fd00:ec2::254]:80"), inside),
                (at(PUBLIC), server(moved)),
            ]
            .into(),
            dialled: Mutex::default(),
        })
    }
}

#[async_trait]
impl Resolver for Town {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut names = self.names.lock().expect("the names");
        let answers = names.get_mut(name).ok_or_else(|| io::Error::other("unknown name"))?;
        match answers.len() {
            1 => Ok(answers[0].clone()),
            _ => answers.pop_front().ok_or_else(|| io::Error::other("unknown name")),
        }
    }
}

#[async_trait]
impl Connector for Town {
    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Wire>> {
        self.dialled.lock().expect("the list").push(address);
        let door = self.doors.get(&address).ok_or(io::ErrorKind::ConnectionRefused)?;
        Ok(Box::new(TcpStream::connect(door).await?))
    }
}

#[async_trait]
impl SecretSource for Town {
    async fn value(&self, id: &str) -> Called<SecretString> {
        Err(CallError::new(CallErrorKind::Missing, format!("there is no secret `{id}`")))
    }
}

/// The gate that asks for this page.
fn guest_fetching(url: &str) -> Vec<u8> {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("a file");
    let fixture = read("tests/hostile/fetches.wat");
    let fixture = fixture.replace("{length}", &url.len().to_string()).replace("{url}", url);
    guest_from(&fixture, &read("wit/gate.wit"), "0.1.0")
}

/// What a look at each of the gates comes to: the fetching one's decision and words, and whether the
/// harmless one beside it holds as it always does.
async fn look(town: &Arc<Town>, url: &str, grants: &[&str]) -> (Decision, String) {
    let engine = Engine::new(&CachePolicy::Off).expect("an engine");
    let gate = |name: &str, component: &[u8]| Gate {
        name: name.to_owned(),
        loaded: engine.load(name, component).unwrap_or_else(|error| panic!("{error}")),
        limits: Limits::default(),
        timeout: Duration::from_secs(60),
    };
    let host = Host::new(vec![
        gate("fetches", &guest_fetching(url)),
        gate("harmless", &guest("harmless")),
    ]);
    let probes = Probes::new(town.clone(), town.clone(), town.clone());
    let situation = situation();
    let mut answers = Vec::new();
    for question in host.ask("fetches", &situation, &[]).await.expect("questions") {
        let Question::Request(request) = question else { panic!("{question:?}") };
        answers.push(answer(&probes, grants, request).await);
    }
    let turn = host.judge("fetches", &situation, &answers, &[]).await.expect("a turn");
    let TurnOutcome::Verdict(verdict) = turn.outcome else { panic!("{turn:?}") };
    let beside = host.judge("harmless", &situation, &[], &[]).await.expect("a turn");
    assert!(matches!(beside.outcome, TurnOutcome::Verdict(it) if it.decision == Decision::Hold));
    (verdict.decision, verdict.sentence)
}

/// As the runner answers: grants first, then the probes.
async fn answer(
    probes: &Probes,
    grants: &[&str],
    request: runner::question::RequestQuestion,
) -> Answer {
    let id = request.id.clone();
    let grant = |origin: &&str| HttpGrant {
        origin: (*origin).to_owned(),
        headers_from_secret: BTreeMap::new(),
    };
    let reach = Reach {
        gate: "fetches".to_owned(),
        grants: grants.iter().map(grant).collect(),
        green: Some("green-1.elb.example.net".to_owned()),
        blue: None,
        first_name: "cart.example.com".to_owned(),
    };
    match ProbeRequest::granted(reach, request) {
        Err(why) => Answer::Denied { id, why },
        Ok(request) => match probes.request(&deployment(), &request).await {
            Ok(response) => Answer::Response(response),
            Err(error) => {
                let retryable = error.is_retryable();
                Answer::Failed { id, why: error.message, retryable }
            }
        },
    }
}

#[tokio::test]
async fn a_granted_page_is_had() {
    let town = Town::new(&[("api.example.net", &["52.47.0.2"])], "");
    let (decision, _) = look(&town, "http://api.example.net/", &["http://api.example.net"]).await;
    assert_eq!(decision, Decision::Hold, "a page is a hold of this gate");
    assert_eq!(*town.dialled.lock().expect("the list"), [PUBLIC.parse().expect("an address")]);
}

#[tokio::test]
async fn s13_a_gate_that_asks_for_the_metadata_address_gets_a_reason_and_nothing_else() {
    let never = "never connected to, whatever is granted";
    let redirect = "http://inside.example.net/latest/meta-data/";
    let names: [(&str, &[&str]); 4] = [
        ("inside.example.net", &["169.254.169.254"]),
        ("six.example.net", &["fd00:ec2::254"]),
        ("api.example.net", &["52.47.0.2"]),
        ("green-1.elb.example.net", &["169.254.170.2"]),
    ];
    for (url, to) in [
        ("http://169.254.169.254/latest/meta-data/", ""),
        ("http://inside.example.net/latest/meta-data/", ""),
        ("http://six.example.net/", ""),
        ("http://2852039166/", ""),
        ("http://0xa9.0376.169.254/", ""),
        ("http://[fd00:ec2::254]/", ""),
        ("http://[::ffff:a9fe:a9fe]/", ""),
        ("http://green/", ""),
        ("http://api.example.net/", redirect),
        ("http://api.example.net/", "http://169.254.169.254/"),
        ("http://api.example.net/", "http://2852039166/"),
    ] {
        let town = Town::new(&names, to);
        let origin = |url: &str| url.split('/').take(3).collect::<Vec<_>>().join("/");
        let granted = [origin(url), origin(to), "http://169.254.169.254".to_owned()];
        let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
        let granted: Vec<&str> = granted.into_iter().filter(|it| !it.is_empty()).collect();
        let (decision, words) = look(&town, url, &granted).await;
        assert_eq!(decision, Decision::Promote, "{url}: it was kept from the page");
        assert!(words.contains(never), "{url} {to}: {words}");
        let dialled = town.dialled.lock().expect("the list").clone();
        let allowed: &[SocketAddr] =
            if to.is_empty() { &[] } else { &[PUBLIC.parse().expect("an address")] };
        assert_eq!(dialled, allowed, "{url}");
    }
}

#[tokio::test]
async fn s13_a_name_that_turns_to_the_metadata_address_at_the_second_lookup_is_refused_then() {
    let town = Town::new(&[("api.example.net", &["52.47.0.2", "169.254.169.254"])], "");
    let grants = ["http://api.example.net"];
    let (first, _) = look(&town, "http://api.example.net/", &grants).await;
    assert_eq!(first, Decision::Hold);
    let (second, words) = look(&town, "http://api.example.net/", &grants).await;
    assert_eq!(second, Decision::Promote, "kept from it");
    assert!(words.contains("169.254.169.254"), "{words}");
    assert_eq!(town.dialled.lock().expect("the list").len(), 1);
}

#[tokio::test]
async fn s13_what_was_not_granted_is_denied_before_any_lookup() {
    let town = Town::new(&[], "");
    let (_, words) = look(&town, "http://inside.example.net/", &[]).await;
    assert!(words.contains("not granted to fetches"), "{words}");
    assert_eq!(*town.dialled.lock().expect("the list"), []);
}
