//! Redirects: followed if asked for, five times, to where the grants reach, without what was meant
//! for the first origin.

use std::sync::atomic::{AtomicUsize, Ordering};

use runner::question::RequestQuestion;

use crate::town::{Town, answer, assert_refused, get, header};

const ANY: [(&str, &str, &str); 1] = [("http://api.example.net", "", "")];

/// Redirects this often to the next number, then answers.
fn chain(length: usize) -> impl Fn(&str) -> Vec<u8> + Send + Sync {
    let count = AtomicUsize::new(0);
    move |_| match count.fetch_add(1, Ordering::SeqCst) {
        at if at < length => answer(302, &[&format!("location: /{}", at + 1)], "moved"),
        at => answer(200, &[], &format!("at /{at}")),
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_not() {
    let town = Town::new();
    town.serve("52.47.0.2:80", chain(5)).await;
    let five = town.get("http://api.example.net/").await.unwrap();
    assert_eq!((five.status, five.body.as_slice()), (200, b"at /5".as_slice()));
    town.serve("52.47.0.2:80", chain(6)).await;
    assert_refused(town.get("http://api.example.net/").await, "over 5 redirects");
}

#[tokio::test]
async fn a_redirect_is_an_answer_unless_following_was_asked_for() {
    let town = Town::new();
    let seen = town.serve("52.47.0.2:80", chain(1)).await;
    let question = RequestQuestion { follow_redirects: false, ..get("http://api.example.net/") };
    let answered = town.ask(&[], question).await.unwrap();
    assert_eq!((answered.status, answered.body.as_slice()), (302, b"moved".as_slice()));
    assert!(answered.headers.contains(&header("location", "/1")));
    assert_eq!(seen.lock().unwrap().len(), 1);
    town.serve("52.47.0.2:80", |_| answer(302, &[], "nowhere")).await;
    assert_eq!(town.get("http://api.example.net/").await.unwrap().body, b"nowhere");
}

#[tokio::test]
async fn s13_a_redirect_to_an_origin_that_was_not_granted_reaches_nobody() {
    let town = Town::new();
    town.name("evil.example", &[&["52.47.6.6"]]);
    let evil = town.serve("52.47.6.6:80", |_| answer(200, &[], "")).await;
    let same_host = town.serve("52.47.0.2:8080", |_| answer(200, &[], "")).await;
    for location in [
        "http://evil.example/",
        "//evil.example/",
        "http://api.example.net:8080/",
        "http://api.example.net@evil.example/",
        "http:\\\\evil.example/",
        "gopher://evil.example/",
    ] {
        let line = format!("location: {location}");
        town.serve("52.47.0.2:80", move |_| answer(307, &[&line], "")).await;
        assert_refused(town.get("http://api.example.net/").await, "are not granted to smoke");
    }
    assert_eq!((evil.lock().unwrap().len(), same_host.lock().unwrap().len()), (0, 0));
}

#[tokio::test]
async fn a_redirect_to_the_services_name_stays_at_green() {
    let town = Town::new();
    let seen = town
        .serve("52.47.0.1:80", |request| match request.starts_with("GET /login ") {
            true => answer(200, &[], "green's own"),
            false => answer(301, &["location: http://cart.example.com/login"], ""),
        })
        .await;
    assert_eq!(town.get("http://green/").await.unwrap().body, b"green's own");
    assert!(seen.lock().unwrap()[1].contains("\r\nhost: cart.example.com\r\n"));
    assert_eq!(*town.lookups.lock().unwrap(), ["green-1.elb.example.net"; 2]);
}

#[tokio::test]
async fn the_method_after_a_redirect_is_as_browsers_have_it() {
    for (status, method, then, keeps_body) in [
        (301, "POST", "GET", false),
        (302, "POST", "GET", false),
        (302, "PUT", "PUT", true),
        (303, "PUT", "GET", false),
        (303, "HEAD", "HEAD", true),
        (307, "POST", "POST", true),
        (308, "PATCH", "PATCH", true),
    ] {
        let town = Town::new();
        let seen = town
            .serve("52.47.0.2:80", move |request| match request.contains(" /then ") {
                true => answer(200, &[], ""),
                false => answer(status, &["location: /then"], ""),
            })
            .await;
        let question = RequestQuestion {
            method: method.to_owned(),
            headers: vec![header("content-type", "text/plain")],
            body: b"payload".to_vec(),
            ..get("http://api.example.net/")
        };
        town.ask(&[], question).await.unwrap();
        let second = seen.lock().unwrap()[1].clone();
        assert!(second.starts_with(&format!("{then} /then ")), "{status} {method}: {second}");
        let kept = second.contains("payload") && second.contains("content-type");
        assert_eq!(kept, keeps_body, "{status} {method}: {second}");
    }
}

#[tokio::test]
async fn s16_what_was_meant_for_one_origin_is_not_sent_to_another_nor_on_the_way_back() {
    let town = Town::new();
    town.secret("shop/green", "hunter2-of-green");
    town.secret("shop/api", "hunter2-of-api");
    let green = town
        .serve("52.47.0.1:80", |request| match request.contains("/back") {
            true => answer(200, &[], "back"),
            false => answer(307, &["location: http://api.example.net/over"], ""),
        })
        .await;
    let api = town
        .serve("52.47.0.2:80", |_| answer(307, &["location: http://cart.example.com/back"], ""))
        .await;
    town.name("cart.example.com", &[&["52.47.0.1"]]);
    let question = RequestQuestion {
        headers: vec![
            header("Authorization", "Basic own"),
            header("Cookie", "a=b"),
            header("X", "y"),
        ],
        ..get("http://green/")
    };
    let grants = [
        ("http://green", "X-Key", "shop/green"),
        ("http://api.example.net", "X-Api-Key", "shop/api"),
        ("http://cart.example.com", "", ""),
    ];
    assert_eq!(town.ask(&grants, question).await.unwrap().body, b"back");
    let (green, api) = (green.lock().unwrap().clone(), api.lock().unwrap().clone());
    assert!(green[0].contains("x-key: hunter2-of-green") && green[0].contains("Basic own"));
    for later in [&api[0], &green[1]] {
        assert!(later.contains("x: y"), "{later}");
        for kept_back in ["hunter2", "authorization", "cookie"] {
            assert!(!later.contains(kept_back), "{later}");
        }
    }
}

#[tokio::test]
async fn s16_within_its_origin_a_redirect_keeps_the_secret_headers() {
    let town = Town::new();
    town.secret("shop/api", "hunter2-of-api");
    let seen = town.serve("52.47.0.2:80", chain(1)).await;
    let grants = [("http://api.example.net", "X-Api-Key", "shop/api")];
    town.ask(&grants, get("http://api.example.net/")).await.unwrap();
    assert!(seen.lock().unwrap().iter().all(|it| it.contains("x-api-key: hunter2-of-api")));
    assert_eq!(seen.lock().unwrap().len(), 2);
    // Granted without headers, the same origin gets none.
    let plain = town.ask(&ANY, get("http://api.example.net/")).await;
    assert!(plain.is_ok() && !seen.lock().unwrap()[2].contains("hunter2"));
}
