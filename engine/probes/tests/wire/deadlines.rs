//! A request is over at its time-out, at whatever stage it is held up. The clock is tokio's own.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, interval};

use crate::town::{Town, assert_retryable, get, read_request};

/// Asks with a time-out of 500 ms, and sees that it was over then, for that reason.
async fn held_up(town: &std::sync::Arc<Town>, url: &str, stage: &str) {
    let begun = Instant::now();
    let answer = town.ask(&[], runner::question::RequestQuestion { timeout_ms: 500, ..get(url) });
    assert_retryable(answer.await, stage);
    // A timer of tokio is right to the millisecond.
    let took = begun.elapsed();
    assert!((500..=502).contains(&took.as_millis()), "{took:?}");
}

/// A script that sends `head`, then a byte each 90 ms.
fn dripping(mut stream: DuplexStream, head: &'static str) {
    tokio::spawn(async move {
        read_request(&mut stream).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut beat = interval(Duration::from_millis(90));
        while stream.write_all(b"a").await.is_ok() {
            beat.tick().await;
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_is_silent() {
    let town = Town::new();
    held_up(&town, "http://silent.example.net/", "silent.example.net was not resolved").await;
}

#[tokio::test(start_paused = true)]
async fn addresses_that_are_silent_share_the_time() {
    let town = Town::new();
    town.name("api.example.net", &[&["52.47.0.2", "52.47.0.3"]]);
    town.silence("52.47.0.2:80");
    town.silence("52.47.0.3:80");
    let both =
        "no connection to 52.47.0.2:80 (silent for 250 ms), 52.47.0.3:80 (silent for 250 ms)";
    held_up(&town, "http://api.example.net/", both).await;
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_is_silent() {
    let town = Town::new();
    town.script("52.47.0.2:443", |mut stream| {
        tokio::spawn(async move { while stream.read_u8().await.is_ok() {} });
    });
    held_up(&town, "https://api.example.net/", "did not finish the TLS handshake").await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing() {
    let town = Town::new();
    town.script("52.47.0.2:80", |mut stream| {
        tokio::spawn(async move { while stream.read_u8().await.is_ok() {} });
    });
    held_up(&town, "http://api.example.net/", "nothing was answered").await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_take_the_request() {
    let town = Town::new();
    town.script("52.47.0.2:80", |stream| {
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(stream);
        });
    });
    held_up(&town, "http://api.example.net/", "nothing was answered").await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips() {
    let town = Town::new();
    town.script("52.47.0.2:80", |stream| dripping(stream, "HTTP/1.1 200 OK\r\nx: "));
    held_up(&town, "http://api.example.net/", "the head of the answer was not complete").await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips() {
    let town = Town::new();
    town.script("52.47.0.2:80", |stream| {
        dripping(stream, "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n");
    });
    held_up(&town, "http://api.example.net/", "the body was not complete, 7 bytes came").await;
}

#[tokio::test(start_paused = true)]
async fn redirects_do_not_begin_the_time_anew() {
    let town = Town::new();
    town.script("52.47.0.2:80", |mut stream| {
        tokio::spawn(async move {
            read_request(&mut stream).await.unwrap();
            let mut beat = interval(Duration::from_millis(200));
            beat.tick().await;
            beat.tick().await;
            let again = b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(again).await.unwrap();
        });
    });
    let third = "redirected to http://api.example.net/again: no answer within 500 ms";
    held_up(&town, "http://api.example.net/", third).await;
    assert_eq!(town.dialled.lock().unwrap().len(), 3);
}
