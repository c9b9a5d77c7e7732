//! The emulator: one process for all tests of a run, which ends when we do, since its standard
//! input does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

use crate::venv;

struct Server {
    port: u16,
    /// Its standard input and output stay open as long as this does.
    _process: Child,
    _output: BufReader<ChildStdout>,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/system/aws");
    let python = venv::with("aws", &folder.join("requirements.txt")).join("bin/python");
    let mut process = Command::new(python)
        .arg(folder.join("server.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let port = line.trim().rsplit(' ').next().and_then(|port| port.parse().ok());
    let port = port.unwrap_or_else(|| panic!("the emulator said {line:?}"));
    Server { port, _process: process, _output: output }
});

/// Where it listens.
pub(crate) fn endpoint() -> String {
    format!("http://127.0.0.1:{}", SERVER.port)
}

/// A call of its control API.
pub(crate) fn control(method: &str, path: &str, account: &str, asked: &Value) -> Value {
    let body = asked.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", SERVER.port)).unwrap();
    write!(
        stream,
        "{method} /_test/{path}?account={account} HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{method} {path} {asked}: {body}");
    serde_json::from_str(body).unwrap()
}
