//! What one look at an account has asked for already: of an instant everything is asked once.
//!
//! Only a look has a memo (`Connection::remembering`); whoever drives asks anew each time.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cloudformation::types::Stack;
use runner::Called;
use tokio::sync::OnceCell;

use crate::discovery::balancers::Balancer;
use crate::discovery::zones::Zone;
use crate::registry::Item;

/// The answers so far.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    surroundings: OnceCell<Surroundings>,
    item: OnceCell<Option<Item>>,
    stacks: Mutex<BTreeMap<String, Option<Stack>>>,
}

/// The balancers of a group by label, and all hosted zones.
pub(crate) type Surroundings = (BTreeMap<String, Balancer>, Vec<Zone>);

impl Memo {
    pub(crate) async fn surroundings(
        &self,
        ask: impl Future<Output = Called<Surroundings>>,
    ) -> Called<Surroundings> {
        self.surroundings.get_or_try_init(|| ask).await.cloned()
    }

    pub(crate) async fn item(
        &self,
        ask: impl Future<Output = Called<Option<Item>>>,
    ) -> Called<Option<Item>> {
        self.item.get_or_try_init(|| ask).await.cloned()
    }

    pub(crate) async fn stack(
        &self,
        name: &str,
        ask: impl Future<Output = Called<Option<Stack>>>,
    ) -> Called<Option<Stack>> {
        let known = self.stacks.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = ask.await?;
        let mut stacks = self.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        stacks.insert(name.to_owned(), found.clone());
        Ok(found)
    }
}
