//! Secrets, and the keys they are encrypted with. Their values are never asked for.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_kms::types::KeyManagerType;
use runner::Called;
use stack::FoundSecret;

use crate::clients::Clients;
use crate::error::{call_error, code};

/// Refusals that mean that there is no such secret.
const NONE: [&str; 2] = ["ResourceNotFoundException", "ValidationException"];

/// Those of the secrets that exist, by their wanted id.
pub(crate) async fn find(
    clients: &Clients,
    wanted: &BTreeSet<String>,
) -> Called<BTreeMap<String, FoundSecret>> {
    let mut found = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for id in wanted {
        if let Some(secret) = secret(clients, id, &mut keys).await? {
            found.insert(id.clone(), secret);
        }
    }
    Ok(found)
}

async fn secret(
    clients: &Clients,
    id: &str,
    keys: &mut BTreeMap<String, Option<String>>,
) -> Called<Option<FoundSecret>> {
    // A parameter of Systems Manager is taken as the file names it: ECS looks it up.
    if id.starts_with("arn:") && id.contains(":ssm:") {
        return Ok(Some(FoundSecret { arn: id.to_owned(), key_arn: None }));
    }
    let answer = clients.secrets.describe_secret().secret_id(id).send().await;
    let answer = match answer {
        Err(error) if NONE.contains(&code(&error)) => return Ok(None),
        answer => answer.map_err(|error| call_error(&format!("DescribeSecret of {id}"), error))?,
    };
    let is_going = answer.deleted_date().is_some();
    let Some(arn) = answer.arn().filter(|_| !is_going) else { return Ok(None) };
    let key_arn = match answer.kms_key_id() {
        None => None,
        Some(key) => match keys.get(key) {
            Some(known) => known.clone(),
            None => {
                let arn = customers_key(clients, key).await?;
                keys.insert(key.to_owned(), arn.clone());
                arn
            }
        },
    };
    Ok(Some(FoundSecret { arn: arn.to_owned(), key_arn }))
}

/// The ARN of a key, unless it is one AWS keeps for the account: that may be used by whoever may
/// read the secret.
async fn customers_key(clients: &Clients, key: &str) -> Called<Option<String>> {
    let answer = clients.kms.describe_key().key_id(key).send().await;
    let answer = answer.map_err(|error| call_error(&format!("DescribeKey of {key}"), error))?;
    let metadata = answer.key_metadata();
    let metadata = metadata.filter(|it| it.key_manager() != Some(&KeyManagerType::Aws));
    Ok(metadata.and_then(|it| it.arn()).map(str::to_owned))
}
