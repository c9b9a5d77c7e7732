//! The contract of every ledger, on DynamoDB over the wire, with leases that last two seconds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws::{DynamoLedger, LeaseTimes};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use runner::{Archive, Kept};

use super::emulator::endpoint;

/// Short enough for a test to outlast, long enough for a renewal on a busy machine.
const TIMES: LeaseTimes = LeaseTimes {
    lasts: Duration::from_millis(2_000),
    renewed_every: Duration::from_millis(250),
    call: Duration::from_millis(200),
    speed: 1,
};

fn client() -> Client {
    static NEXT: AtomicU64 = AtomicU64::new(300_000_000_001);
    let account = NEXT.fetch_add(1, Ordering::Relaxed);
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::new(format!("AKIA{account}TEST"), "any", None, None, ""))
        .endpoint_url(endpoint())
        .http_client(http)
        .build();
    Client::from_conf(config)
}

/// A new account, and how one more process opens its table.
fn fresh() -> impl Fn() -> Kept<DynamoLedger> {
    let client = client();
    move || Ok(DynamoLedger::new(client.clone(), "ecs_crd_ledger", TIMES))
}

runner::ledger_contract!(fresh());

#[tokio::test]
async fn reading_makes_no_table() -> Kept<()> {
    let client = client();
    let ledger = DynamoLedger::new(client.clone(), "ecs_crd_ledger", TIMES);
    assert_eq!(ledger.runs().await?, []);
    let tables = client.list_tables().send().await.expect("the tables");
    assert!(tables.table_names().is_empty(), "{:?}", tables.table_names());
    Ok(())
}
