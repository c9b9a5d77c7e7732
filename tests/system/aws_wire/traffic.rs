//! Weights over the wire: lost replies, other people's changes, long listings, several zones, a zone
//! in another account.

use aws::Aws;
use rollout::{Split, Weight};
use runner::{CallErrorKind, Deployment, Effective, Traffic, Written};
use serde_json::{Value, json};

use super::world::{FILE, World, run};

const CHANGE: &str = "ChangeResourceRecordSets";

fn green_at(weight: u32) -> Split {
    Split::green_at(Weight::new(weight).unwrap())
}

fn done(written: Written) -> Vec<String> {
    match written {
        Written::Done { changes } => changes,
        Written::Drifted { drifts } => panic!("{drifts:?}"),
    }
}

async fn verified(aws: &Aws, deployment: &Deployment, split: Split, changes: &[String]) {
    let clock = &aws.connection().clock;
    let until = clock.now().plus_s(600);
    loop {
        match aws.effective(deployment, split, changes).await.unwrap() {
            Effective::Verified => return,
            Effective::Pending => assert!(clock.now() < until, "still pending"),
            Effective::Drifted { drifts } => panic!("{drifts:?}"),
        }
        clock.wait(clock.now().plus_s(5)).await.unwrap();
    }
}

/// A batch by somebody else in the zone `example.com`.
fn change(world: &World, changes: Value) {
    let zone = world.made["zones"]["example.com"].clone();
    let batch = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
    world.aws("route53", CHANGE, batch);
}

/// The records at a name.
fn records(world: &World, name: &str) -> Vec<Value> {
    let zone = world.made["zones"]["example.com"].clone();
    let all = world.aws("route53", "ListResourceRecordSets", json!({ "HostedZoneId": zone }));
    let all = all["ResourceRecordSets"].as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|record| record["Name"] == format!("{name}.")).collect()
}

fn refuse(world: &World, fault: Value) {
    let mut fault = fault;
    fault["service"] = "route53".into();
    fault["operation"] = CHANGE.into();
    world.post("faults", &json!([fault]));
}

#[test]
fn s04_a_write_whose_reply_was_lost_is_done_and_its_change_is_waited_for() {
    run(async {
        let world = World::live(&json!({}));
        world.post("settings", &json!({ "insync_s": 300 }));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        refuse(&world, json!({ "kind": "drop-after", "nth": 1 }));
        let written = aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap();
        let changes = done(written);
        assert_eq!(changes.len(), 1);
        let early = aws.effective(&deployment, green_at(10), &changes).await.unwrap();
        assert_eq!(early, Effective::Pending);
        world.advance(300);
        verified(&aws, &deployment, green_at(10), &changes).await;
    });
}

#[test]
fn s10_another_process_waits_for_the_change_that_the_first_sent() {
    run(async {
        let world = World::live(&json!({}));
        world.post("settings", &json!({ "insync_s": 300 }));
        let (first, deployment) = world.deployment(FILE).await.unwrap();
        first.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap();
        let second = Aws::new(first.connection().clone());
        let written = second.write(&deployment, Split::ALL_BLUE, green_at(10), false).await;
        let changes = done(written.unwrap());
        let early = second.effective(&deployment, green_at(10), &changes).await.unwrap();
        assert_eq!(early, Effective::Pending);
        world.advance(300);
        verified(&second, &deployment, green_at(10), &changes).await;
    });
}

#[test]
fn s04_a_refused_batch_is_read_again_and_written_when_nothing_is_foreign() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let refusal = json!({ "kind": "error", "code": "InvalidChangeBatch", "message": "[no]", "status": 400 });
        let mut once = refusal.clone();
        once["nth"] = 1.into();
        refuse(&world, once);
        done(aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap());
        assert_eq!(aws.drift(&deployment, green_at(10)).await.unwrap(), []);
        refuse(&world, refusal);
        let error = aws.write(&deployment, green_at(10), green_at(20), false).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
    });
}

#[test]
fn a_throttled_or_busy_zone_is_asked_again() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        for fault in [
            json!({ "kind": "throttle", "times": 9 }),
            json!({ "kind": "error", "code": "PriorRequestNotComplete", "message": "busy",
                    "status": 400, "times": 9 }),
        ] {
            refuse(&world, fault);
            let error = aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await;
            let error = error.unwrap_err();
            assert!(error.is_retryable(), "{error}");
        }
        world.post("faults", &json!([]));
        done(aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap());
    });
}

#[test]
fn s04_what_somebody_else_put_there_is_told_and_a_roll_back_writes_over_it() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let name = "webapi.example.com";
        let delete = |record: Value| json!({ "Action": "DELETE", "ResourceRecordSet": record });
        let mut changes: Vec<Value> = records(&world, name).into_iter().map(delete).collect();
        changes.push(json!({ "Action": "CREATE", "ResourceRecordSet": {
            "Name": name, "Type": "CNAME", "TTL": 30,
            "ResourceRecords": [{ "Value": "maintenance.example.net" }],
        } }));
        change(&world, json!(changes));
        let written = aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap();
        let Written::Drifted { drifts } = written else { panic!("{written:?}") };
        assert_eq!((drifts.len(), drifts[0].name.as_str()), (1, name));
        assert_eq!(drifts[0].expected, "blue 100 / green 0");
        assert_eq!(drifts[0].found, "CNAME to maintenance.example.net");
        let back = aws.write(&deployment, green_at(10), Split::ALL_BLUE, true).await.unwrap();
        verified(&aws, &deployment, Split::ALL_BLUE, &done(back)).await;
    });
}

#[test]
fn s04_a_health_check_outlives_the_write() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let name = "api.example.com";
        let mut record = records(&world, name)[0].clone();
        record["HealthCheckId"] = "c0ffee00-1111-4222-8333-444455556666".into();
        change(&world, json!([{ "Action": "UPSERT", "ResourceRecordSet": record }]));
        done(aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap());
        let after = records(&world, name);
        assert_eq!(after[0]["HealthCheckId"], record["HealthCheckId"]);
        assert_eq!(after[0]["Weight"], 90);
        assert_eq!(after[1].get("HealthCheckId"), None);
    });
}

#[test]
fn listings_are_read_to_their_end() {
    run(async {
        let world = World::live(&json!({}));
        world.post("settings", &json!({ "page_size": 1 }));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        done(aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap());
        assert_eq!(aws.drift(&deployment, green_at(10)).await.unwrap(), []);
        assert_eq!(aws.drift(&deployment, green_at(50)).await.unwrap().len(), 2);
    });
}

#[test]
fn s03_an_error_in_the_second_zone_says_how_the_first_stands() {
    run(async {
        let world = World::new(&json!({ "zones": ["example.com", "example.org"] }));
        let names = ["webapi.example.com", "webapi.example.org"];
        world.post("live", &json!({ "fqdns": names }));
        let file = FILE.replace("api.example.com]", "webapi.example.org]");
        let (aws, deployment) = world.deployment(&file).await.unwrap();
        assert_eq!(deployment.plan.names, names);
        refuse(&world, json!({ "kind": "denied", "nth": 2 }));
        let error = aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Missing);
        assert!(error.message.contains("says blue 90 / green 10 already"), "{error}");
        let halfway = aws.drift(&deployment, green_at(10)).await.unwrap();
        assert_eq!(halfway.len(), 1, "{halfway:?}");
        let changes =
            done(aws.write(&deployment, Split::ALL_BLUE, green_at(10), false).await.unwrap());
        assert_eq!(changes.len(), 2, "the first zone's change is still to be waited for");
        verified(&aws, &deployment, green_at(10), &changes).await;
    });
}

#[test]
fn the_zone_may_lie_in_another_account() {
    run(async {
        let (world, other) = (World::new(&json!({ "zones": [] })), World::new(&json!({})));
        let account = other.made["account_id"].as_str().unwrap_or_default();
        let role = format!("  dns_role_arn: arn:aws:iam::{account}:role/dns\n  group:");
        let file = FILE.replacen("  group:", &role, 1);
        let (aws, deployment) = world.deployment(&file).await.unwrap();
        aws.ensure_names(&deployment).await.unwrap();
        assert_eq!(aws.drift(&deployment, Split::ALL_BLUE).await.unwrap(), []);
        assert_eq!(records(&other, "webapi.example.com").len(), 2);
        aws.remove(&deployment).await.unwrap();
        assert_eq!(records(&other, "webapi.example.com"), Vec::<Value>::new());
    });
}

#[test]
fn s17_a_removal_leaves_a_strangers_record() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let name = "webapi.example.com";
        done(aws.write(&deployment, Split::ALL_BLUE, green_at(40), false).await.unwrap());
        let stranger = json!({
            "Name": format!("{name}."), "Type": "CNAME", "TTL": 60, "SetIdentifier": "3", "Weight": 1,
            "ResourceRecords": [{ "Value": "third.example.net" }],
        });
        change(&world, json!([{ "Action": "CREATE", "ResourceRecordSet": stranger }]));
        aws.remove(&deployment).await.unwrap();
        let left = records(&world, name);
        assert_eq!((left.len(), &left[0]["SetIdentifier"]), (1, &json!("3")));
        assert_eq!(records(&world, "api.example.com"), Vec::<Value>::new());
    });
}
