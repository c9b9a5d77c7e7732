//! S13: which addresses are connected to, whatever names and servers say.

use std::process::Command;

use probes::{Connector, Probes, Resolver, System};
use runner::Probes as _;
use runner::contract::cloud::no_grant_opens_the_machine;
use tokio::net::TcpListener;

use crate::deployment::deployment;
use crate::town::{API, Town, answer, assert_refused, assert_retryable, get, granted};

const METADATA: &str = "169.254.169.254";

#[tokio::test]
async fn nothing_but_the_deployments_hosts_is_reached() {
    let town = Town::new();
    town.name("localhost", &[&["127.0.0.1"]]);
    no_grant_opens_the_machine(&town.probes(), &deployment()).await;
    assert_eq!(*town.dialled.lock().unwrap(), []);
}

#[tokio::test]
async fn s13_the_metadata_address_is_not_reached_by_a_name_or_another_spelling() {
    let town = Town::new();
    town.name("inside.example.net", &[&[METADATA]]);
    town.name("six.example.net", &[&["fd00:ec2::254"]]);
    town.name("mapped.example.net", &[&["::ffff:169.254.169.254"]]);
    town.name("green-1.elb.example.net", &[&["169.254.170.2"]]);
    for url in [
        "http://inside.example.net/",
        "http://six.example.net/",
        "http://mapped.example.net/",
        "http://green/",
        "http://2852039166/latest/meta-data/",
        "http://0xa9.0376.169.254/",
        "http://[fd00:ec2::23]/",
        "http://[::ffff:a9fe:a9fe]/",
        "https://169.254.170.23/",
    ] {
        assert_refused(town.get(url).await, "never connected to, whatever is granted");
    }
    assert_eq!(*town.dialled.lock().unwrap(), []);
}

#[tokio::test]
async fn s13_one_forbidden_address_refuses_the_whole_answer() {
    let town = Town::new();
    town.name("api.example.net", &[&[API, METADATA]]);
    let seen = town.serve("52.47.0.2:80", |_| answer(200, &[], "")).await;
    assert_refused(town.get("http://api.example.net/").await, "is at 169.254.169.254 (link-local");
    assert_eq!(*seen.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn s13_a_name_that_answers_otherwise_the_second_time_is_asked_once_and_checked_each_time() {
    let town = Town::new();
    town.name("api.example.net", &[&[API], &[METADATA]]);
    town.serve("52.47.0.2:80", |_| answer(200, &[], "checked")).await;
    let first = town.get("http://api.example.net/").await.unwrap();
    assert_eq!(first.body, b"checked");
    assert_eq!(town.lookups.lock().unwrap().len(), 1);
    assert_refused(town.get("http://api.example.net/").await, METADATA);
    assert_eq!(*town.dialled.lock().unwrap(), ["52.47.0.2:80".parse().unwrap()]);
}

#[tokio::test]
async fn s13_a_redirect_to_a_granted_origin_is_checked_for_its_addresses_again() {
    let town = Town::new();
    town.name("inside.example.net", &[&[METADATA]]);
    for (location, grant) in [
        ("http://inside.example.net/latest", "http://inside.example.net"),
        ("http://169.254.169.254/latest", "http://169.254.169.254"),
        ("http://2852039166/latest", "http://169.254.169.254"),
        ("//[fd00:ec2::254]/latest", "http://[fd00:ec2::254]"),
    ] {
        let line = format!("location: {location}");
        town.serve("52.47.0.2:80", move |_| answer(302, &[&line], "")).await;
        let answer = town.ask(&[(grant, "", "")], get("http://api.example.net/")).await;
        assert_refused(answer, "never connected to, whatever is granted");
    }
    assert!(town.dialled.lock().unwrap().iter().all(|it| it.ip().to_string() == API));
}

#[tokio::test]
async fn internal_balancers_are_asked_at_their_private_addresses() {
    let town = Town::new();
    town.name("green-1.elb.example.net", &[&["10.0.3.7", "fd12:3456::7"]]);
    town.serve("10.0.3.7:80", |_| answer(200, &[], "inside")).await;
    assert_eq!(town.get("http://green/").await.unwrap().body, b"inside");
    assert_eq!(*town.dialled.lock().unwrap(), ["10.0.3.7:80".parse().unwrap()]);
}

#[test]
fn variables_that_name_proxies_are_ignored() {
    let mut again = Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        again.env(name, "http://52.47.9.9:3128");
    }
    let test = "addresses::internal_balancers_are_asked_at_their_private_addresses";
    let output = again.args(["--exact", test]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let town = Town::new();
    town.name("api.example.net", &[&["2600:1f00::1", API]]);
    town.serve("52.47.0.2:80", |_| answer(200, &[], "second")).await;
    assert_eq!(town.get("http://api.example.net/").await.unwrap().body, b"second");
}

#[tokio::test]
async fn a_name_nobody_knows_and_a_port_nobody_opened_may_be_asked_again() {
    let town = Town::new();
    town.name("empty.example.net", &[&[]]);
    let unknown = town.get("http://nowhere.example.net/x").await;
    assert_retryable(unknown, "GET http://nowhere.example.net/x: nowhere.example.net cannot be");
    assert_retryable(town.get("http://empty.example.net/").await, "has no address");
    let closed = town.get("http://api.example.net:8080/").await;
    assert_retryable(closed, "no connection to 52.47.0.2:8080 (connection refused)");
}

#[tokio::test]
async fn s13_the_machines_own_resolver_and_sockets_do_not_lead_to_the_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    assert!(System.resolve("localhost").await.unwrap().iter().all(|it| it.is_loopback()));
    assert!(System.connect(address).await.is_ok());
    assert!(listener.accept().await.is_ok());

    let probes = Probes::system(Town::new());
    let request = granted(&[], get(&format!("http://localhost:{}/", address.port())));
    let answer = probes.request(&deployment(), &request.unwrap()).await;
    assert_refused(answer, "(loopback), which is never connected to");
    let second = std::pin::pin!(listener.accept());
    assert!(poll_once(second).is_pending(), "somebody came");
}

/// Polls once.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}
