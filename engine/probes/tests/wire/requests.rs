//! What is sent: as the gate asked, under the name of the service, and never more than is allowed.

use runner::question::RequestQuestion;

use crate::town::{Town, answer, assert_refused, get, header};

#[tokio::test]
async fn green_is_asked_at_its_balancer_under_the_services_first_name() {
    let town = Town::new();
    let seen = town.serve("52.47.0.1:80", |_| answer(200, &[], "")).await;
    let ported = town.serve("52.47.0.1:8080", |_| answer(200, &[], "")).await;
    town.get("http://green/health?deep=1#top").await.unwrap();
    town.get("http://green:8080/").await.unwrap();
    let first = seen.lock().unwrap()[0].clone();
    assert!(first.starts_with("GET /health?deep=1 HTTP/1.1\r\n"), "{first}");
    assert!(first.contains("\r\nhost: cart.example.com\r\n"), "{first}");
    assert!(first.contains("\r\nuser-agent: ecs-crd/"), "{first}");
    assert!(ported.lock().unwrap()[0].contains("\r\nhost: cart.example.com:8080\r\n"));
    assert_eq!(*town.lookups.lock().unwrap(), ["green-1.elb.example.net"; 2]);
}

#[tokio::test]
async fn method_headers_and_body_arrive_as_asked() {
    let town = Town::new();
    let seen = town.serve("52.47.0.2:80", |_| answer(200, &[], "")).await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let question = RequestQuestion {
            method: method.to_owned(),
            headers: vec![
                header("X-Probe", "a"),
                header("X-Probe", "é"),
                header("user-agent", "me"),
            ],
            body: b"{\"qty\":1}".to_vec(),
            ..get("http://api.example.net/orders")
        };
        town.ask(&[], question).await.unwrap();
        let seen = seen.lock().unwrap().pop().unwrap();
        assert!(seen.starts_with(&format!("{method} /orders HTTP/1.1\r\n")), "{seen}");
        for part in
            ["x-probe: a\r\n", "x-probe: é\r\n", "user-agent: me\r\n", "\r\n\r\n{\"qty\":1}"]
        {
            assert!(seen.contains(part), "{method} without {part:?}: {seen}");
        }
    }
}

#[tokio::test]
async fn methods_headers_and_sizes_that_are_not_a_gates_are_refused_before_anything_is_sent() {
    let town = Town::new();
    let ask = || get("http://api.example.net/");
    let method = |it: &str| RequestQuestion { method: it.to_owned(), ..ask() };
    let with =
        |name: &str, value: &str| RequestQuestion { headers: vec![header(name, value)], ..ask() };
    let lines = |count, length| RequestQuestion {
        headers: vec![header("x", &"a".repeat(length)); count],
        ..ask()
    };
    for (question, why) in [
        (method("CONNECT"), "the method `CONNECT` is not one of GET, HEAD, POST"),
        (method("TRACE"), "the method `TRACE`"),
        (method("get"), "the method `get`"),
        (method("GET / HTTP/1.1\r\nx: y\r\n\r\n"), "is not one of"),
        (with("x", "a\r\nhost: evil.example"), "the header \"x\" is not valid"),
        (with("x\r\nhost", "a"), "is not valid"),
        (with("x y", "a"), "is not valid"),
        (with("", "a"), "is not valid"),
        (with("x", "a\u{0}"), "is not valid"),
        (with("Host", "evil.example"), "`host` is not a gate's to set"),
        (with("Transfer-Encoding", "chunked"), "`transfer-encoding` is not a gate's"),
        (with("Content-Length", "5"), "`content-length` is not a gate's"),
        (with("Connection", "upgrade"), "`connection` is not a gate's"),
        (with("Upgrade", "h2c"), "`upgrade` is not a gate's"),
        (with("TE", "trailers"), "`te` is not a gate's"),
        (with("Expect", "100-continue"), "`expect` is not a gate's"),
        (with("Proxy-Authorization", "x"), "`proxy-authorization` is not a gate's"),
        (lines(65, 1), "65 headers; at most 64"),
        (lines(2, 33 * 1024), "bytes of headers; at most 65536"),
        (RequestQuestion { body: vec![0; 64 * 1024 + 1], ..ask() }, "a body of 65537 bytes"),
        (RequestQuestion { timeout_ms: 0, ..ask() }, "0 ms is not within 1 to 30000"),
        (RequestQuestion { timeout_ms: 30_001, ..ask() }, "30001 ms is not within"),
    ] {
        assert_refused(town.ask(&[], question).await, why);
    }
    assert_eq!(*town.lookups.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_body_of_the_limit_is_sent() {
    let town = Town::new();
    let seen = town.serve("52.47.0.2:80", |_| answer(200, &[], "")).await;
    let question = RequestQuestion {
        method: "POST".to_owned(),
        body: vec![b'a'; 64 * 1024],
        ..get("http://api.example.net/")
    };
    town.ask(&[], question).await.unwrap();
    assert!(seen.lock().unwrap()[0].ends_with(&"a".repeat(64 * 1024)));
}
