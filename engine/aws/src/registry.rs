//! The registry of what is live: the table `canary_release` of ecs-crd-cli 1.2.0, its key and
//! fields exactly, so that either tool can follow the other.
//!
//! The table is made by the first `register`, never by a look.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use md5::{Digest, Md5};
use rollout::{EpochS, Service, Side};
use runner::{CallError, CallErrorKind, Called, Deployment, Registry};
use stack::names::REGISTRY_TABLE as TABLE;

use crate::aws::Aws;
use crate::clients::Clients;
use crate::error::{call_error, code};
use crate::stacks::names;

/// What DynamoDB says of a table that is not there, or not yet.
const NO_TABLE: &str = "ResourceNotFoundException";
/// The longest one registration waits for a table that is being made: a call has 20 s.
const ACTIVE_WITHIN_S: u32 = 15;

/// What the registry says of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The label of the live balancer.
    pub(crate) label: String,
    /// Its ARN.
    pub(crate) balancer_arn: String,
    /// The version that is live.
    pub(crate) version: String,
    /// When it went live.
    pub(crate) deployed_at: EpochS,
}

type Attributes = HashMap<String, AttributeValue>;

#[async_trait]
impl Registry for Aws {
    async fn register(&self, deployment: &Deployment) -> Called<()> {
        let scene = self.scene(deployment).await?;
        let now = self.connection().clock.now();
        let live = Item {
            label: scene.label(Side::Green).to_owned(),
            balancer_arn: scene.balancer(Side::Green)?.arn.clone(),
            version: deployment.plan.service.version.clone(),
            deployed_at: now,
        };
        let until = now.plus_s(ACTIVE_WITHIN_S);
        loop {
            match self.put(&deployment.plan.service, &live).await {
                Ok(Put::NoTable) => make_table(&self.clients().dynamodb).await?,
                outcome => return outcome.map(|_| ()),
            }
            let now = self.connection().clock.now();
            if now >= until {
                let why = format!("the registry's table {TABLE} is being made");
                return Err(CallError::new(CallErrorKind::Retryable, why));
            }
            self.connection().clock.wait(now.plus_s(1)).await?;
        }
    }

    async fn unregister(&self, deployment: &Deployment) -> Called<()> {
        let key = key(&deployment.plan.service);
        let request = self.clients().dynamodb.delete_item().table_name(TABLE);
        match request.key("id", AttributeValue::S(key)).send().await {
            Err(error) if code(&error) == NO_TABLE => Ok(()),
            outcome => {
                outcome.map_err(|error| call_error("removing the registry's item", error))?;
                Ok(())
            }
        }
    }
}

/// What the registry says; none too where there is no table yet.
pub(crate) async fn item(clients: &Clients, service: &Service) -> Called<Option<Item>> {
    match &clients.memo {
        Some(memo) => memo.item(asked(clients, service)).await,
        None => asked(clients, service).await,
    }
}

async fn asked(clients: &Clients, service: &Service) -> Called<Option<Item>> {
    let key = AttributeValue::S(key(service));
    let request =
        clients.dynamodb.get_item().table_name(TABLE).key("id", key).consistent_read(true);
    let answer = match request.send().await {
        Err(error) if code(&error) == NO_TABLE => return Ok(None),
        answer => answer.map_err(|error| call_error("reading the registry", error))?,
    };
    Ok(answer.item().and_then(read))
}

/// What came of a write.
enum Put {
    /// It says so now.
    Done,
    /// There is no table yet.
    NoTable,
}

impl Aws {
    /// Writes the item, unless it says so already: the first time is when it was deployed.
    async fn put(&self, service: &Service, live: &Item) -> Called<Put> {
        let known = item(self.clients(), service).await?;
        let is_known =
            known.is_some_and(|known| Item { deployed_at: live.deployed_at, ..known } == *live);
        if is_known {
            return Ok(Put::Done);
        }
        let request = self.clients().dynamodb.put_item().table_name(TABLE);
        let request = request.set_item(Some(written(service, live)));
        match request.send().await {
            Err(error) if code(&error) == NO_TABLE => Ok(Put::NoTable),
            outcome => {
                outcome.map_err(|error| call_error("writing the registry's item", error))?;
                Ok(Put::Done)
            }
        }
    }
}

async fn make_table(dynamodb: &aws_sdk_dynamodb::Client) -> Called<()> {
    let doing = "making the registry's table canary_release";
    let built = |error: aws_sdk_dynamodb::error::BuildError| {
        CallError::new(CallErrorKind::Refused, format!("{doing}: {error}"))
    };
    let attribute = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .map_err(built)?;
    let schema = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash)
        .build()
        .map_err(built)?;
    let request = dynamodb
        .create_table()
        .table_name(TABLE)
        .attribute_definitions(attribute)
        .key_schema(schema)
        .billing_mode(BillingMode::PayPerRequest);
    match request.send().await {
        // It is being made already.
        Err(error) if code(&error) == "ResourceInUseException" => Ok(()),
        outcome => {
            outcome.map_err(|error| call_error(doing, error))?;
            Ok(())
        }
    }
}

/// The md5 of `group#service#environment#region`, in hex.
fn key(service: &Service) -> String {
    Md5::digest(service.key()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn written(service: &Service, live: &Item) -> Attributes {
    let stack = names::release(service, &live.label);
    [
        ("id", key(service)),
        ("canary_group", service.group.clone()),
        ("service_name", service.name.clone()),
        ("service_version", live.version.clone()),
        ("environment", service.environment.clone()),
        ("project", service.project.clone()),
        ("region", service.region.clone()),
        ("canary_release", live.label.clone()),
        ("alb_arn", live.balancer_arn.clone()),
        ("stack_name", stack),
        ("deploy_at", time_text(live.deployed_at)),
        ("ecs_crd_version", env!("CARGO_PKG_VERSION").to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
    .into()
}

/// An item without label or balancer names nothing live.
fn read(item: &Attributes) -> Option<Item> {
    let text = |name: &str| item.get(name).and_then(text);
    Some(Item {
        label: text("canary_release")?,
        balancer_arn: text("alb_arn")?,
        version: text("service_version").unwrap_or_default(),
        deployed_at: text("deploy_at").and_then(|text| time(&text)).unwrap_or_default(),
    })
}

/// Texts, and numbers as texts: a release label may be either.
fn text(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => Some(text.clone()),
        _ => None,
    }
}

/// `2026-01-31T12:00:00`, as the predecessor wrote it; UTC, where its zone was the machine's.
fn time_text(at: EpochS) -> String {
    let text = DateTime::from_secs(i64::from(at.0)).fmt(DateTimeFormat::DateTime);
    text.unwrap_or_default().trim_end_matches('Z').to_owned()
}

fn time(text: &str) -> Option<EpochS> {
    let has_zone =
        text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    let text = if has_zone { text.to_owned() } else { format!("{text}Z") };
    let time = DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset).ok()?;
    u32::try_from(time.secs()).ok().map(EpochS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service {
            project: "demo".into(),
            name: "webapi".into(),
            version: "2".into(),
            group: "private".into(),
            environment: "stage".into(),
            region: "eu-west-3".into(),
            cluster: "stage-ecs-cluster".into(),
        }
    }

    /// From Python: `hashlib.md5(b"private#webapi#stage#eu-west-3").hexdigest()`.
    #[test]
    fn the_key_is_the_predecessors() {
        assert_eq!(key(&service()), "345d2308bd4713c4a2c80a9604efb800");
    }

    #[test]
    fn what_is_written_is_read_back_and_has_every_field_of_the_predecessor() {
        let live = Item {
            label: "2".into(),
            balancer_arn: "arn:aws:elasticloadbalancing:…".into(),
            version: "2".into(),
            deployed_at: EpochS(1_769_860_800),
        };
        let item = written(&service(), &live);
        assert_eq!(read(&item), Some(live));
        assert_eq!(item["stack_name"], AttributeValue::S("stage-webapi-2".into()));
        assert_eq!(item["deploy_at"], AttributeValue::S("2026-01-31T12:00:00".into()));
        let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
        names.sort_unstable();
        let wanted = "alb_arn canary_group canary_release deploy_at ecs_crd_version environment id \
                      project region service_name service_version stack_name";
        assert_eq!(names.join(" "), wanted);
    }

    #[test]
    fn times_with_and_without_a_zone_are_read_and_nonsense_is_none() {
        let noon = Some(EpochS(1_769_860_800));
        assert_eq!(time("2026-01-31T12:00:00"), noon);
        assert_eq!(time("2026-01-31T12:00:00Z"), noon);
        assert_eq!(time("2026-01-31T13:00:00+01:00"), noon);
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn a_label_that_is_a_number_is_a_label() {
        let mut item = written(
            &service(),
            &Item {
                label: "2".into(),
                balancer_arn: "arn".into(),
                version: "2".into(),
                deployed_at: EpochS(0),
            },
        );
        item.insert("canary_release".into(), AttributeValue::N("1".into()));
        assert_eq!(read(&item).unwrap().label, "1");
        item.remove("alb_arn");
        assert_eq!(read(&item), None);
    }
}
