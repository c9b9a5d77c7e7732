//! What servers answer, honest and hostile, over real sockets.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncWriteExt, DuplexStream};

use crate::town::{Town, answer, assert_refused, assert_retryable, get, header, read_request};

const LIMIT: usize = 256 * 1024;

/// What `api.example.net` came to when it answered so.
async fn said(bytes: Vec<u8>) -> runner::Called<runner::question::ResponseAnswer> {
    let town = Town::new();
    town.serve("52.47.0.2:80", move |_| bytes.clone()).await;
    town.get("http://api.example.net/").await
}

#[tokio::test]
async fn an_answer_is_handed_on_with_its_times_in_order() {
    let answer = said(answer(404, &["X-Two: a", "x-two: b"], "not here")).await.unwrap();
    assert_eq!((answer.id.as_str(), answer.status, answer.truncated), ("q1", 404, false));
    assert_eq!(answer.body, b"not here");
    let two: Vec<_> = answer.headers.iter().filter(|it| it.name == "x-two").collect();
    assert_eq!(two, [&header("x-two", "a"), &header("x-two", "b")]);
    let times = answer.timings;
    let stages = [times.resolved_ms, times.connected_ms, times.first_byte_ms, times.total_ms];
    assert!(stages[0] > 0.0 && stages.is_sorted() && times.total_ms < 30_000.0, "{stages:?}");
}

#[tokio::test]
async fn an_address_is_not_resolved_and_its_stage_is_skipped() {
    let town = Town::new();
    town.serve("52.47.0.9:8080", |_| answer(200, &[], "")).await;
    let answer = town.get("http://52.47.0.9:8080/").await.unwrap();
    assert_eq!(answer.timings.resolved_ms, 0.0);
    assert!(answer.timings.connected_ms > 0.0);
}

#[tokio::test]
async fn a_body_of_the_limit_is_whole_and_one_byte_more_is_cut() {
    let whole = said(answer(200, &[], &"a".repeat(LIMIT))).await.unwrap();
    assert_eq!((whole.body.len(), whole.truncated), (LIMIT, false));
    let cut = said(answer(200, &[], &"a".repeat(LIMIT + 1))).await.unwrap();
    assert_eq!((cut.body.len(), cut.truncated), (LIMIT, true));
}

/// A script that sends a head, then the same bytes for ever.
fn endless(mut stream: DuplexStream, head: &'static str, more: &'static [u8]) {
    tokio::spawn(async move {
        read_request(&mut stream).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        while stream.write_all(more).await.is_ok() {}
    });
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_limit() {
    let town = Town::new();
    town.script("52.47.0.2:80", |stream| endless(stream, "HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 4096]));
    let answer = town.get("http://api.example.net/").await.unwrap();
    assert_eq!((answer.body.len(), answer.truncated), (LIMIT, true));
}

#[tokio::test]
async fn interim_answers_without_end_and_heads_without_end_are_refused() {
    let town = Town::new();
    town.script("52.47.0.2:80", |stream| endless(stream, "", b"HTTP/1.1 100 Continue\r\n\r\n"));
    let interim = town.get("http://api.example.net/").await;
    assert_refused(interim, "over 131072 bytes came without the head of an answer");
    town.script("52.47.0.2:80", |stream| endless(stream, "HTTP/1.1 200 OK\r\nx: ", b"aaaaaaaa"));
    assert_refused(town.get("http://api.example.net/").await, "a head of at most 65536 bytes");
}

#[tokio::test]
async fn one_interim_answer_is_passed_over() {
    let mut bytes = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_vec();
    bytes.extend(answer(200, &[], "then"));
    assert_eq!(said(bytes).await.unwrap().body, b"then");
}

#[tokio::test]
async fn heads_too_large_or_of_too_many_lines_are_refused() {
    let large = format!("x: {}", "a".repeat(70 * 1024));
    assert_refused(said(answer(200, &[&large], "")).await, "at most 65536 bytes, 128 headers");
    assert!(said(answer(200, &["x: 1"; 120], "")).await.is_ok());
    let many = said(answer(200, &["x: 1"; 200], "")).await;
    assert_refused(many, "at most 65536 bytes, 128 headers");
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    for garbage in [
        "\u{0}\u{1}\u{2}\u{3}rubbish\r\n\r\n",
        "<html>before there were heads</html>",
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/2.0 200 OK\r\n\r\n",
    ] {
        assert_refused(said(garbage.into()).await, "what was answered is no HTTP/1.1");
    }
}

#[tokio::test]
async fn an_answer_cut_short_may_be_asked_for_again() {
    for cut in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe",
    ] {
        assert_retryable(said(cut.into()).await, "the connection broke before the answer");
    }
}

#[tokio::test]
async fn every_request_has_a_connection_of_its_own() {
    let town = Town::new();
    let count = AtomicUsize::new(0);
    let seen = town
        .serve("52.47.0.2:80", move |_| {
            answer(200, &[], &count.fetch_add(1, Ordering::SeqCst).to_string())
        })
        .await;
    for expected in ["0", "1"] {
        let answer = town.ask(&[], get("http://api.example.net/")).await.unwrap();
        assert_eq!(answer.body, expected.as_bytes());
    }
    assert_eq!(town.dialled.lock().unwrap().len(), 2);
    assert!(seen.lock().unwrap()[0].contains("connection: close"));
}
