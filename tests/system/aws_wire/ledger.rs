//! The contract of every ledger, on DynamoDB over the wire.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws::{DynamoLedger, LeaseTimes};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    AsyncSleep, BehaviorVersion, Config, Credentials, Region, Sleep, StalledStreamProtectionConfig,
};
use rollout::Word;
use runner::contract::ledger::{entry, evaluation};
use runner::{Archive, Journal, Kept, Leases, LedgerError, WordFate, Words};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::emulator::{control, endpoint};
use super::world::World;

const TABLE: &str = "ecs_crd_ledger";

/// Short enough for a test to outlast, long enough for many renewals on a busy machine.
const TIMES: LeaseTimes = LeaseTimes {
    lasts: Duration::from_secs(8),
    renewed_every: Duration::from_millis(250),
    call: Duration::from_millis(200),
    prompt: Duration::from_secs(60),
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

/// The SDK's waits between two tries are over at once.
#[derive(Debug)]
struct AtOnce;

impl AsyncSleep for AtOnce {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
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
        .sleep_impl(AtOnce)
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

/// A run from its beginning to its end, and a word to it, from two processes; then all of it is
/// there, once.
async fn a_run(client: &Client) -> Kept<()> {
    let open = || DynamoLedger::new(client.clone(), TABLE, TIMES);
    let (driver, person) = (open(), open());
    let lease = driver.acquire("cart", "ann").await?;
    driver.begin(&lease, "d-1", "cart", &entry(0)).await?;
    driver.append(&lease, "d-1", &entry(1)).await?;
    let look = evaluation("errors", 1, 10);
    driver.keep_evaluation(&lease, "d-1", &look).await?;
    let number = person.say("d-1", Word::Pause, "bob").await?;
    let heard: Vec<u32> = driver.hear("d-1").await?.iter().map(|it| it.number).collect();
    assert_eq!(heard, [number]);
    driver.settle("d-1", number, &WordFate::Taken).await?;
    driver.append(&lease, "d-1", &entry(2)).await?;
    driver.end(&lease, "d-1", 0).await?;
    driver.release(&lease).await?;
    assert_eq!(person.entries("d-1", 0).await?, [entry(0), entry(1), entry(2)]);
    assert_eq!(person.evaluations("d-1").await?, [look]);
    assert_eq!(person.hear("d-1").await?, []);
    assert_eq!(person.runs().await?.iter().map(|it| it.exit_code).collect::<Vec<_>>(), [Some(0)]);
    assert_eq!(person.holder("cart").await?, None);
    let next = person.acquire("cart", "bob").await?;
    assert_eq!(next.epoch, lease.epoch + 1);
    Ok(())
}

/// What may befall a write: it meets another, its reply is lost, it is too fast, DynamoDB fails.
fn mishaps(operation: &str) -> [Value; 4] {
    let met = match operation {
        "TransactWriteItems" => json!({
            "kind": "error", "code": "TransactionCanceledException",
            "reasons": ["TransactionConflict", "None"],
        }),
        _ => json!({ "kind": "error", "code": "TransactionConflictException" }),
    };
    [met, json!({ "kind": "drop-after" }), json!({ "kind": "throttle" }), json!({ "kind": "500" })]
}

/// Strikes every second call: each rule counts those that the ones before it let pass.
fn every_second(rule: &Value) -> Value {
    let nth = |nth| {
        let mut rule = rule.clone();
        rule["nth"] = json!(nth);
        rule
    };
    (1..20).map(nth).collect()
}

#[tokio::test]
async fn s10_a_write_that_is_struck_is_written_once() {
    for operation in ["PutItem", "UpdateItem", "TransactWriteItems"] {
        for mut rule in mishaps(operation) {
            rule["service"] = json!("dynamodb");
            rule["operation"] = json!(operation);
            let account = account(0);
            control("POST", "faults", &account, &every_second(&rule));
            if let Err(error) = a_run(&client(&account)).await {
                panic!("{rule}: {error}");
            }
            let calls = control("GET", "calls", &account, &Value::Null);
            let struck = calls.as_array().into_iter().flatten();
            let struck = struck.filter(|it| it["fault"] == rule["kind"]).count();
            assert!(struck > 1, "{rule}: {struck}");
        }
    }
}

#[tokio::test]
async fn s18_a_ledger_that_does_not_answer_is_given_up_in_seconds() -> Kept<()> {
    let world = World::new(&json!({}));
    world.post("settings", &json!({ "table_create_s": 0 }));
    let connection = world.connect_by(world.loader()).await;
    let client = Client::clone(&connection.clients.dynamodb);
    let ledger = DynamoLedger::new(client, TABLE, LeaseTimes::default());
    let lease = ledger.acquire("cart", "ann").await?;
    ledger.begin(&lease, "d-1", "cart", &entry(0)).await?;
    world.post("faults", &json!([{ "service": "dynamodb", "kind": "hang" }]));
    // From here on only limits let time pass.
    tokio::time::pause();
    let begun_at = Instant::now();
    for answer in
        [ledger.hear("d-1").await.map(|_| ()), ledger.append(&lease, "d-1", &entry(1)).await]
    {
        assert!(matches!(answer, Err(LedgerError::Unreachable { .. })), "{answer:?}");
    }
    assert!(begun_at.elapsed() <= Duration::from_secs(11), "{:?}", begun_at.elapsed());
    assert!(ledger.surely_ours(&lease, 30), "there is time to go back in");
    world.post("faults", &json!([]));
    Ok(())
}
