//! The contract of every ledger, on DynamoDB over the wire.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws::{DynamoLedger, LeaseTimes};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, Region, StalledStreamProtectionConfig,
};
use runner::{Archive, Kept, Leases};
use serde_json::{Value, json};

use super::emulator::{control, endpoint};

const TABLE: &str = "ecs_crd_ledger";

/// Short enough for a test to outlast, long enough for many renewals on a busy machine.
const TIMES: LeaseTimes = LeaseTimes {
    lasts: Duration::from_secs(8),
    renewed_every: Duration::from_millis(250),
    call: Duration::from_millis(200),
    speed: 1,
};

/// An account whose time stands still, and whose tables take so long to be made.
fn account(table_create_s: u32) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(300_000_000_001);
    let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
    control("POST", "clock", &account, &json!({ "speed": 0 }));
    control("POST", "settings", &account, &json!({ "table_create_s": table_create_s }));
    account
}

/// Without limits of time, which a busy machine might exceed.
fn client(account: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::new(format!("AKIA{account}TEST"), "any", None, None, ""))
        .endpoint_url(endpoint())
        .http_client(http)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// A new account, and how one more process opens its table.
fn fresh() -> impl Fn() -> Kept<DynamoLedger> {
    let client = client(&account(0));
    move || Ok(DynamoLedger::new(client.clone(), TABLE, TIMES))
}

runner::ledger_contract!(fresh());

#[tokio::test]
async fn reading_makes_no_table() -> Kept<()> {
    let client = client(&account(0));
    let ledger = DynamoLedger::new(client.clone(), TABLE, TIMES);
    assert_eq!(ledger.runs().await?, []);
    let tables = client.list_tables().send().await.expect("the tables");
    assert!(tables.table_names().is_empty(), "{:?}", tables.table_names());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_being_made_is_waited_for() -> Kept<()> {
    let account = account(60);
    let ledger = DynamoLedger::new(client(&account), TABLE, TIMES);
    let made = async {
        let asked = |operation: &str| {
            let calls = control("GET", "calls", &account, &Value::Null);
            calls.as_array().into_iter().flatten().filter(|it| it["operation"] == operation).count()
        };
        // Looked for, made, and seen in the making.
        while asked("DescribeTable") < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!((asked("CreateTable"), asked("PutItem")), (1, 0));
        control("POST", "clock", &account, &json!({ "advance": 60 }));
    };
    let (lease, ()) = tokio::join!(ledger.acquire("cart", "ann"), made);
    assert_eq!(lease?.holder, "ann");
    Ok(())
}
