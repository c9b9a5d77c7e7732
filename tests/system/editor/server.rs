//! A client of the language server: what an editor says to it, over its standard streams.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::install::language_server;

/// The longest an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A place in a file, both from 0.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A problem as the editor underlines it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// From 0.
    pub(super) line: usize,
    pub(super) message: String,
}

/// A running language server with at most one file in front.
pub(super) struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Message>,
    /// Schema address → file patterns, as a person's settings have it.
    schemas: Value,
    /// The address of the file opened last.
    uri: String,
    last_id: i32,
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that has ended already is as good.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Server {
    /// Starts the server and tells it the settings of an editor without a schema store.
    pub(super) fn start(schemas: Value) -> Server {
        let mut process = Command::new("node")
            .arg(language_server())
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut server =
            Server { process, input, messages, schemas, uri: String::new(), last_id: 0 };
        server.ask("initialize", capabilities());
        server.tell("initialized", json!({}));
        server.wait_for(|message| matches!(message, Message::Request(it) if is_settings(it)));
        server
    }

    /// Opens a file and waits for what the server finds wrong with it.
    pub(super) fn open(&mut self, file: &Path, text: &str) -> Vec<Mark> {
        self.uri = format!("file://{}", file.display());
        let document = json!({ "uri": self.uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        let uri = self.uri.clone();
        let published = self.wait_for(|message| {
            matches!(message, Message::Notification(it)
                if it.method == "textDocument/publishDiagnostics" && it.params["uri"] == *uri)
        });
        let Message::Notification(Notification { params, .. }) = published else { unreachable!() };
        let mut marks: Vec<_> =
            params["diagnostics"].as_array().unwrap().iter().map(mark).collect();
        marks.sort_by_key(|mark| mark.line);
        marks
    }

    /// The labels offered at a place.
    pub(super) fn completions(&mut self, place: Place) -> Vec<String> {
        let answer = self.ask("textDocument/completion", self.at(place));
        let items = answer.get("items").unwrap_or(&answer).as_array().unwrap().clone();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// What is shown beside the cursor, as Markdown.
    pub(super) fn hover(&mut self, place: Place) -> String {
        let answer = self.ask("textDocument/hover", self.at(place));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    fn at(&self, place: Place) -> Value {
        let position = json!({ "line": place.line, "character": place.column });
        json!({ "textDocument": { "uri": self.uri }, "position": position })
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = RequestId::from(self.last_id);
        self.send(Request::new(id.clone(), method.to_owned(), params).into());
        let answer =
            self.wait_for(|message| matches!(message, Message::Response(it) if it.id == id));
        let Message::Response(response) = answer else { unreachable!() };
        response.response_result.unwrap()
    }

    fn send(&mut self, message: Message) {
        message.write(&mut self.input).unwrap();
    }

    /// Answers what the server asks until the wanted message comes.
    fn wait_for(&mut self, wanted: impl Fn(&Message) -> bool) -> Message {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap();
            if let Message::Request(request) = &message {
                let result = self.answer(request);
                self.send(Response::new_ok(request.id.clone(), result).into());
            }
            if wanted(&message) {
                return message;
            }
        }
    }

    /// The settings, section by section; nothing to anything else.
    fn answer(&self, request: &Request) -> Value {
        if !is_settings(request) {
            return Value::Null;
        }
        let yaml = json!({
            "validate": true, "hover": true, "completion": true,
            "schemas": self.schemas, "schemaStore": { "enable": false }
        });
        let section = |item: &Value| if item["section"] == "yaml" { &yaml } else { &Value::Null };
        let items = request.params["items"].as_array().unwrap();
        items.iter().map(section).cloned().collect()
    }
}

fn is_settings(request: &Request) -> bool {
    request.method == "workspace/configuration"
}

fn mark(diagnostic: &Value) -> Mark {
    Mark {
        line: diagnostic["range"]["start"]["line"].as_u64().unwrap().try_into().unwrap(),
        message: diagnostic["message"].as_str().unwrap().to_owned(),
    }
}

/// What an editor says it can do.
fn capabilities() -> Value {
    let markdown = ["markdown"];
    json!({
        "processId": std::process::id(),
        "rootUri": null,
        "capabilities": {
            "workspace": { "configuration": true },
            "textDocument": {
                "completion": { "completionItem": { "documentationFormat": markdown } },
                "hover": { "contentFormat": markdown },
                "publishDiagnostics": {}
            }
        }
    })
}
