//! S16: secret headers reach the server, and nothing that comes back shows them.

use std::sync::Arc;

use runner::CallErrorKind;
use runner::question::RequestQuestion;

use crate::town::{Town, answer, assert_refused, failure, get, header};

const TOKEN: &str = "hunter2-a-token";
const GRANT: [(&str, &str, &str); 1] = [("http://api.example.net", "Authorization", "shop/token")];

fn town() -> Arc<Town> {
    let town = Town::new();
    town.secret("shop/token", &format!("Bearer {TOKEN}"));
    town
}

#[tokio::test]
async fn s16_an_echo_is_masked_in_body_and_headers() {
    let town = town();
    let seen = town
        .serve("52.47.0.2:80", |request| {
            let lines = [format!("x-token: {TOKEN}"), format!("{TOKEN}: in a name")];
            answer(200, &[&lines[0], &lines[1]], request)
        })
        .await;
    let answer = town.ask(&GRANT, get("http://api.example.net/")).await.unwrap();
    let sent = seen.lock().unwrap()[0].clone();
    assert!(sent.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{sent}");
    assert!(sent.contains("accept-encoding: identity"), "{sent}");
    let body = String::from_utf8(answer.body.clone()).unwrap();
    assert!(body.contains("authorization: **********************\r\n"), "{body}");
    assert!(!format!("{answer:?}").contains(TOKEN), "{answer:?}");
    assert!(answer.headers.contains(&header("x-token", "***************")));
    assert!(answer.headers.contains(&header("***************", "in a name")));
}

#[tokio::test]
async fn s16_a_secret_across_the_cut_of_the_body_is_masked() {
    let town = town();
    for before in [5, TOKEN.len() - 1] {
        let fill = "a".repeat(256 * 1024 - before);
        town.serve("52.47.0.2:80", move |_| answer(200, &[], &format!("{fill}{TOKEN}{TOKEN}")))
            .await;
        let answer = town.ask(&GRANT, get("http://api.example.net/")).await.unwrap();
        assert!(answer.truncated && answer.body.len() == 256 * 1024);
        assert!(answer.body.ends_with(&b"*".repeat(before)));
    }
}

#[tokio::test]
async fn s16_an_error_that_quotes_a_server_is_masked() {
    let town = town();
    let line = format!("location: http://{TOKEN}.evil.example/");
    town.serve("52.47.0.2:80", move |_| answer(302, &[&line], "")).await;
    let (kind, message) = failure(town.ask(&GRANT, get("http://api.example.net/")).await);
    assert_eq!(kind, CallErrorKind::Refused);
    assert!(message.contains("http://***************.evil.example are not granted"), "{message}");
    assert!(!message.contains(TOKEN));
}

#[tokio::test]
async fn s16_what_could_bring_a_secret_back_in_pieces_is_refused() {
    let town = town();
    for name in ["Range", "If-Range", "Accept-Encoding"] {
        let headers = vec![header(name, "bytes=1-9")];
        let question = RequestQuestion { headers, ..get("http://api.example.net/") };
        assert_refused(town.ask(&GRANT, question).await, "could bring back a piece of a secret");
    }
    town.serve("52.47.0.2:80", |_| answer(200, &["content-encoding: gzip"], "\u{1f}")).await;
    let compressed = town.ask(&GRANT, get("http://api.example.net/")).await;
    assert_refused(compressed, "cannot be searched for the secrets");
    assert!(town.get("http://api.example.net/").await.is_ok());
}

#[tokio::test]
async fn a_header_that_is_added_from_a_secret_is_not_the_gates_to_set() {
    let headers = vec![header("authorization", "Basic guess")];
    let question = RequestQuestion { headers, ..get("http://api.example.net/") };
    assert_refused(town().ask(&GRANT, question).await, "authorization is added from a secret");
}

#[tokio::test]
async fn a_secret_that_is_not_there_says_so_and_nothing_is_sent() {
    let town = Town::new();
    let (kind, message) = failure(town.ask(&GRANT, get("http://api.example.net/")).await);
    assert_eq!(kind, CallErrorKind::Missing);
    assert_eq!(message, "GET http://api.example.net/: Secrets Manager has no secret `shop/token`");
    assert_eq!(*town.lookups.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn s16_a_secret_that_is_no_header_is_refused_without_its_value() {
    let town = Town::new();
    for value in ["hunter2\r\nhost: evil", "hunter2\nx", "hunter2\u{0}", "", " \n"] {
        town.secret("shop/token", value);
        let (kind, message) = failure(town.ask(&GRANT, get("http://api.example.net/")).await);
        assert_eq!(kind, CallErrorKind::Refused);
        assert!(message.contains("the secret `shop/token` cannot be the value of Authorization"));
        assert!(!message.contains("hunter2"), "{message}");
    }
    let host = [("http://api.example.net", "Host", "shop/token")];
    assert_refused(town.ask(&host, get("http://api.example.net/")).await, "`Host` is no header");
}
