//! Secrets Manager, for headers that gates never see.

use async_trait::async_trait;
use runner::{CallError, CallErrorKind, Called, SecretSource};
use secrecy::SecretString;

use crate::aws::Aws;
use crate::error::call_error;

#[async_trait]
impl SecretSource for Aws {
    async fn value(&self, id: &str) -> Called<SecretString> {
        let answer = self.clients().secrets.get_secret_value().secret_id(id).send().await;
        let answer =
            answer.map_err(|error| call_error(&format!("GetSecretValue of {id}"), error))?;
        answer.secret_string.map(SecretString::from).ok_or_else(|| {
            let why = format!("GetSecretValue of {id}: it holds bytes, and a header is a text");
            CallError::new(CallErrorKind::Refused, why)
        })
    }
}
