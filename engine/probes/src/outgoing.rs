//! What a request sends: method, headers and body, checked, then changed as redirects say.
//!
//! A gate sets the headers that mean something to a server. Those that frame the message or belong
//! to one connection, and `Host`, are the host's. Its own `Authorization` and `Cookie` go to the
//! origin it asked and to no other.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use runner::question::RequestQuestion;
use runner::{CallError, Called, Target};

use crate::fault::refused;
use crate::limits::{REQUEST_BODY_BYTES, REQUEST_HEAD_BYTES, REQUEST_HEADERS};
use crate::secrets::Secrets;

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Headers that no gate and no grant sets.
const OF_THE_HOST: [&str; 14] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Headers that would bring an echoed secret back in pieces or compressed, past the mask.
const PAST_THE_MASK: [HeaderName; 3] = [header::ACCEPT_ENCODING, header::IF_RANGE, header::RANGE];

/// Of the gate's own headers, those for the first origin only.
const CREDENTIALS: [HeaderName; 2] = [header::AUTHORIZATION, header::COOKIE];

/// Headers of a body, gone with it.
const OF_THE_BODY: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
];

const AGENT: HeaderValue = HeaderValue::from_static(concat!("ecs-crd/", env!("CARGO_PKG_VERSION")));

/// Whether a header is the host's alone to set.
pub(crate) fn is_the_hosts(name: &HeaderName) -> bool {
    OF_THE_HOST.contains(&name.as_str())
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

impl Outgoing {
    /// What a question asks to send, with the secret headers of its grant.
    pub(crate) fn of(question: &RequestQuestion, secrets: &Secrets) -> Called<Self> {
        let method = METHODS.into_iter().find(|it| it.as_str() == question.method);
        let method = method.ok_or_else(|| {
            let known = METHODS.map(|it| it.to_string()).join(", ");
            refused(format!("the method `{}` is not one of {known}", question.method))
        })?;
        if question.body.len() > REQUEST_BODY_BYTES {
            let bytes = question.body.len();
            return Err(refused(format!("a body of {bytes} bytes; at most {REQUEST_BODY_BYTES}")));
        }
        let mut headers = own_headers(question)?;
        for (name, value) in &secrets.headers {
            if headers.contains_key(name) {
                return Err(refused(format!("{name} is added from a secret, and set by the gate")));
            }
            headers.append(name, value.clone());
        }
        if !secrets.mask.is_empty() {
            if let Some(name) = PAST_THE_MASK.iter().find(|name| headers.contains_key(*name)) {
                let why = "could bring back a piece of a secret";
                return Err(refused(format!("{name} beside headers_from_secret {why}")));
            }
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        headers.entry(header::USER_AGENT).or_insert(AGENT);
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        Ok(Outgoing { method, headers, body: Bytes::from(question.body.clone()) })
    }

    /// The request as this target is to get it.
    pub(crate) fn to(&self, target: &Target) -> Called<Request<Full<Bytes>>> {
        let url = &target.presented;
        let mut host = url.host_str().unwrap_or_default().to_owned();
        host.extend(url.port().map(|port| format!(":{port}")));
        let mut path = url.path().to_owned();
        path.extend(url.query().map(|query| format!("?{query}")));
        let no_request = |what: &dyn std::fmt::Display| refused(format!("{host}{path}: {what}"));
        let mut request = Request::builder()
            .method(&self.method)
            .uri(&path)
            .body(Full::new(self.body.clone()))
            .map_err(|error| no_request(&error))?;
        *request.headers_mut() = self.headers.clone();
        let host = HeaderValue::try_from(&host).map_err(|error| no_request(&error))?;
        request.headers_mut().insert(header::HOST, host);
        Ok(request)
    }

    /// The method after a redirect, as browsers have it (Fetch, HTTP-redirect fetch, step 12).
    pub(crate) fn redirect(&mut self, status: StatusCode) {
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            OF_THE_BODY.iter().for_each(|name| drop(self.headers.remove(name)));
        }
    }

    /// Leaves the origin that was asked: what was meant for it stays behind.
    pub(crate) fn leave(&mut self, secrets: &Secrets) {
        let secret = secrets.headers.iter().map(|(name, _)| name);
        for name in CREDENTIALS.iter().chain(secret) {
            self.headers.remove(name);
        }
    }
}

fn own_headers(question: &RequestQuestion) -> Called<HeaderMap> {
    let count = question.headers.len();
    if count > REQUEST_HEADERS {
        return Err(refused(format!("{count} headers; at most {REQUEST_HEADERS}")));
    }
    let bytes: usize = question.headers.iter().map(|it| it.name.len() + it.value.len()).sum();
    if bytes > REQUEST_HEAD_BYTES {
        return Err(refused(format!("{bytes} bytes of headers; at most {REQUEST_HEAD_BYTES}")));
    }
    let mut headers = HeaderMap::new();
    for own in &question.headers {
        let name = HeaderName::try_from(&own.name).map_err(|error| invalid(&own.name, &error))?;
        if is_the_hosts(&name) {
            return Err(refused(format!("the header `{name}` is not a gate's to set")));
        }
        let value =
            HeaderValue::try_from(&own.value).map_err(|error| invalid(&own.name, &error))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn invalid(name: &str, error: &dyn std::fmt::Display) -> CallError {
    refused(format!("the header {name:?} is not valid: {error}"))
}
