//! `headers_from_secret`: values that the host adds, and that nobody else sees (S16).

use std::collections::BTreeMap;

use hyper::header::{HeaderName, HeaderValue};
use runner::{Called, SecretSource};
use secrecy::ExposeSecret;

use crate::fault::refused;
use crate::mask::Mask;
use crate::outgoing::is_the_hosts;

/// Headers of a grant with their values, and the mask for what comes back.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) mask: Mask,
}

impl Secrets {
    /// Fetches the values of a grant's headers.
    pub(crate) async fn of(
        source: &dyn SecretSource,
        wanted: &BTreeMap<String, String>,
    ) -> Called<Self> {
        let mut secrets = Secrets::default();
        for (header, id) in wanted {
            let name = HeaderName::try_from(header.as_str()).ok().filter(|it| !is_the_hosts(it));
            let name = name.ok_or_else(|| {
                refused(format!("headers_from_secret: `{header}` is no header that can be added"))
            })?;
            let value = source.value(id).await?;
            let sent = HeaderValue::try_from(value.expose_secret().trim());
            let mut sent = sent.ok().filter(|it| !it.is_empty()).ok_or_else(|| {
                let hint = "empty, or with a line break or a control character";
                refused(format!("the secret `{id}` cannot be the value of {header}: it is {hint}"))
            })?;
            sent.set_sensitive(true);
            secrets.headers.push((name, sent));
            secrets.mask.add(&value);
        }
        Ok(secrets)
    }
}
