//! Fenced writes: everything in one transaction with a check that the lease is still ours.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, TransactWriteItem, Update};
use runner::{Kept, Lease, LedgerError};

use super::Inner;
use super::conflict::{is_passing, unhindered};
use super::items::{self, Item, Key};

/// The code of a condition that did not hold.
const CONDITION: &str = "ConditionalCheckFailed";
/// A lease that is held, with the epoch `:epoch`.
pub(super) const OURS: &str = "epoch = :epoch AND is_held = :true";

/// One write of a transaction, and what its condition's failure means.
pub(super) struct Part {
    write: TransactWriteItem,
    refused: Option<LedgerError>,
}

fn built<T>(built: Result<T, aws_sdk_dynamodb::error::BuildError>) -> Kept<T> {
    built.map_err(|error| LedgerError::Unreachable {
        what: "a write could not be made".to_owned(),
        why: error.to_string(),
    })
}

impl Inner {
    /// The lease is ours.
    fn ours(&self, lease: &Lease) -> Kept<Part> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(items::lease(&lease.key).item()))
            .condition_expression(OURS)
            .expression_attribute_values(":epoch", items::number(lease.epoch))
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .build();
        let write = TransactWriteItem::builder().condition_check(built(check)?).build();
        Ok(Part { write, refused: Some(LedgerError::Lost { key: lease.key.clone() }) })
    }

    /// An item is there.
    pub(super) fn exists(&self, key: &Key, else_: LedgerError) -> Kept<Part> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .condition_expression("attribute_exists(pk)")
            .build();
        let write = TransactWriteItem::builder().condition_check(built(check)?).build();
        Ok(Part { write, refused: Some(else_) })
    }

    /// An item is written, over whatever stands there.
    pub(super) fn put(&self, item: Item) -> Kept<Part> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build();
        let write = TransactWriteItem::builder().put(built(put)?).build();
        Ok(Part { write, refused: None })
    }

    /// An item is written where none stands.
    pub(super) fn put_new(&self, item: Item, taken: LedgerError) -> Kept<Part> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build();
        let write = TransactWriteItem::builder().put(built(put)?).build();
        Ok(Part { write, refused: Some(taken) })
    }

    /// An attribute of an item that is there is set.
    pub(super) fn set(
        &self,
        key: &Key,
        name: &str,
        value: AttributeValue,
        else_: LedgerError,
    ) -> Kept<Part> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .update_expression("SET #name = :value")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", value)
            .build();
        let write = TransactWriteItem::builder().update(built(update)?).build();
        Ok(Part { write, refused: Some(else_) })
    }

    /// Writes all of it under the lease, or nothing.
    pub(super) async fn write_fenced(
        &self,
        lease: &Lease,
        doing: &str,
        parts: Vec<Part>,
    ) -> Kept<()> {
        self.check_held(lease)?;
        let fenced = std::iter::once(self.ours(lease)?).chain(parts).collect();
        self.write(doing, fenced).await
    }

    /// Writes all of it, or nothing: the first part whose condition failed says why.
    pub(super) async fn write(&self, doing: &str, parts: Vec<Part>) -> Kept<()> {
        self.ensure_table().await?;
        let (writes, mut refused): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|part| (part.write, part.refused)).unzip();
        let request = self.client.transact_write_items().set_transact_items(Some(writes));
        let sent = unhindered(|| request.clone().send(), is_passing).await;
        let Err(error) = sent else { return Ok(()) };
        if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
            error.as_service_error()
        {
            let reasons = canceled.cancellation_reasons().iter();
            let failed = reasons.zip(&mut refused).find(|(it, _)| it.code() == Some(CONDITION));
            if let Some(reason) = failed.and_then(|(_, refused)| refused.take()) {
                return Err(reason);
            }
        }
        Err(self.unreachable(doing, error))
    }
}
