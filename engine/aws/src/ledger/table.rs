//! The table: made by the first write, waited for until it is active; reading without one finds
//! nothing.

use std::time::Duration;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::describe_table::DescribeTableOutput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, TableStatus,
};
use runner::{Kept, LedgerError};
use tokio::time::Instant;

use super::Inner;
use super::conflict::{is_conflict, unhindered};
use super::items::{Item, Key};
use crate::error;

/// The longest a new table is waited for.
const ACTIVE_WITHIN: Duration = Duration::from_secs(120);
/// Between two looks at it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The code of a table that is not there.
const NO_TABLE: &str = "ResourceNotFoundException";

fn is_active(answer: &DescribeTableOutput) -> bool {
    answer.table().and_then(|table| table.table_status()) == Some(&TableStatus::Active)
}

impl Inner {
    /// What AWS said, in a ledger's words: whatever keeps it from answering makes it unreachable.
    pub(super) fn unreachable<E>(
        &self,
        doing: &str,
        error: SdkError<E, HttpResponse>,
    ) -> LedgerError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let why = error::call_error(doing, error).message;
        LedgerError::Unreachable { what: format!("the ledger dynamodb:{}", self.table), why }
    }

    /// Makes the table where there is none.
    pub(super) async fn ensure_table(&self) -> Kept<()> {
        self.is_there.get_or_try_init(|| self.make_table()).await.map(|_| ())
    }

    /// The SDK's own waiter looks every twenty seconds, and a table takes a few.
    async fn make_table(&self) -> Kept<()> {
        let until = Instant::now() + ACTIVE_WITHIN;
        loop {
            match self.client.describe_table().table_name(&self.table).send().await {
                Ok(answer) if is_active(&answer) => return Ok(()),
                Ok(_) => {}
                Err(error) if error::code(&error) == NO_TABLE => {
                    self.create_table().await?;
                    continue;
                }
                Err(error) => return Err(self.unreachable("looking for the table", error)),
            }
            if Instant::now() >= until {
                return Err(LedgerError::Unreachable {
                    what: format!("the ledger dynamodb:{}", self.table),
                    why: format!("its table is not active after {} s", ACTIVE_WITHIN.as_secs()),
                });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn create_table(&self) -> Kept<()> {
        let doing = "making the table";
        let bad = |error: aws_sdk_dynamodb::error::BuildError| LedgerError::Unreachable {
            what: doing.to_owned(),
            why: error.to_string(),
        };
        let attribute = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
        };
        let key = |name: &str, kind| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
        };
        let made = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute("pk").map_err(bad)?)
            .attribute_definitions(attribute("sk").map_err(bad)?)
            .key_schema(key("pk", KeyType::Hash).map_err(bad)?)
            .key_schema(key("sk", KeyType::Range).map_err(bad)?)
            .send()
            .await;
        match made {
            // Somebody else was faster.
            Err(error) if error::code(&error) == "ResourceInUseException" => Ok(()),
            made => made.map(|_| ()).map_err(|error| self.unreachable(doing, error)),
        }
    }

    /// An item as it is now; none where it is not, or where there is no table.
    pub(super) async fn get(&self, doing: &str, key: &Key) -> Kept<Option<Item>> {
        let got = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .consistent_read(true)
            .send()
            .await;
        match got {
            Ok(answer) => Ok(answer.item),
            Err(error) if error::code(&error) == NO_TABLE => Ok(None),
            Err(error) => Err(self.unreachable(doing, error)),
        }
    }

    /// The items of a partition whose sort keys lie in `from..=to`, in order, all pages.
    pub(super) async fn range(
        &self,
        doing: &str,
        pk: &str,
        (from, to): (&str, &str),
    ) -> Kept<Vec<Item>> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .expression_attribute_values(":from", AttributeValue::S(from.to_owned()))
            .expression_attribute_values(":to", AttributeValue::S(to.to_owned()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            match item {
                Ok(item) => items.push(item),
                Err(error) if error::code(&error) == NO_TABLE => return Ok(Vec::new()),
                Err(error) => return Err(self.unreachable(doing, error)),
            }
        }
        Ok(items)
    }

    /// All items of a partition whose sort keys begin so.
    pub(super) async fn all(&self, doing: &str, pk: &str, prefix: &str) -> Kept<Vec<Item>> {
        // Every sort key of ours is ASCII, and `~` sorts behind all that may follow a prefix.
        self.range(doing, pk, (prefix, &format!("{prefix}~"))).await
    }

    /// The next number of a counter in an item; none when the item is not there.
    pub(super) async fn next(&self, doing: &str, key: &Key, counter: &str) -> Kept<Option<u64>> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .update_expression("ADD #counter :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#counter", counter)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::UpdatedNew);
        let counted = unhindered(|| request.clone().send(), is_conflict).await;
        match counted {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                super::items::number_of(&item, counter).map(Some)
            }
            Err(error) if error::code(&error) == "ConditionalCheckFailedException" => Ok(None),
            Err(error) => Err(self.unreachable(doing, error)),
        }
    }
}
