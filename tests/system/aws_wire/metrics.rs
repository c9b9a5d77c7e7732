//! CloudWatch over the wire: calls shared, pages, states of data, metric math.

use aws::Aws;
use rollout::{EpochS, Side};
use runner::question::{Completeness, Dimension};
use runner::{
    CallErrorKind, Deployment, MetricQuery, MetricSource, Metrics, Series, Workload, query_id,
};
use serde_json::json;

use super::world::{FILE, World, run};

/// Ten minutes of traffic to blue, and the dimensions of its target group.
async fn ten_minutes(world: &World) -> (Aws, Deployment, Vec<Dimension>) {
    let (aws, deployment) = world.deployment(FILE).await.unwrap();
    let sides = json!({ "1": { "error_ratio": 0.2 } });
    let traffic = json!({ "fqdn": "webapi.example.com", "rps": 50, "seed": 7, "service": "webapi", "sides": sides });
    world.post("traffic", &traffic);
    let place = aws.place(&deployment, Side::Blue).await.unwrap().unwrap();
    world.advance(600);
    (aws, deployment, place.target_groups[0].clone())
}

fn query<'a>(aws: &Aws, what: MetricSource<'a>) -> MetricQuery<'a> {
    let end: EpochS = aws.connection().clock.now().minus_s(120);
    MetricQuery { what, period_s: 60, begin: end.minus_s(300), end }
}

fn series<'a>(
    aws: &Aws,
    dimensions: &'a [Dimension],
    name: &'a str,
    statistic: &'a str,
) -> MetricQuery<'a> {
    query(
        aws,
        MetricSource::Series { namespace: "AWS/ApplicationELB", name, dimensions, statistic },
    )
}

fn requests<'a>(aws: &Aws, dimensions: &'a [Dimension]) -> MetricQuery<'a> {
    series(aws, dimensions, "RequestCount", "Sum")
}

fn values(answer: &Series) -> Vec<f64> {
    answer.points.iter().map(|point| point.value).collect()
}

fn calls(world: &World) -> usize {
    world.calls().iter().filter(|it| it.ends_with(".GetMetricData")).count()
}

#[test]
fn all_questions_are_one_call_whatever_their_periods_and_intervals() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, _, group) = ten_minutes(&world).await;
        let ratio = format!("100 * {} / {}", query_id(1), query_id(0));
        let queries = [
            requests(&aws, &group),
            series(&aws, &group, "HTTPCode_Target_5XX_Count", "Sum"),
            query(&aws, MetricSource::Expression(ratio)),
            series(&aws, &group, "TargetResponseTime", "p99"),
            series(&aws, &group, "TargetResponseTime", "TC(0.1:)"),
            MetricQuery { period_s: 300, ..requests(&aws, &group) },
        ];
        let answers = aws.query(&queries).await.unwrap();
        assert_eq!(calls(&world), 1);
        for (query, answer) in queries.iter().zip(&answers) {
            assert_eq!(answer.completeness, Completeness::Complete, "{query:?}");
        }
        let (all, bad, ratio) = (values(&answers[0]), values(&answers[1]), values(&answers[2]));
        assert_eq!(all.len(), bad.len());
        for ((all, bad), ratio) in all.iter().zip(&bad).zip(&ratio) {
            assert!((100.0 * bad / all - ratio).abs() < 1e-9, "{bad} of {all} is {ratio} %");
        }
        assert!(values(&answers[4]).iter().zip(&all).all(|(slow, all)| slow < all));
        assert!(answers[5].points.iter().all(|point| point.time.0 % 300 == 0));
    });
}

#[test]
fn pages_are_read_to_their_end() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, _, group) = ten_minutes(&world).await;
        let queries = [(); 2].map(|()| requests(&aws, &group));
        let whole = aws.query(&queries).await.unwrap();
        assert!(whole[0].points.len() >= 4);
        world.post("settings", &json!({ "metric_page_size": 3 }));
        assert_eq!(aws.query(&queries).await.unwrap(), whole);
    });
}

#[test]
fn more_queries_than_a_call_takes_are_asked_in_several() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, _, group) = ten_minutes(&world).await;
        let many: Vec<_> = (0..1_001).map(|_| requests(&aws, &group)).collect();
        let answers = aws.query(&many).await.unwrap();
        assert_eq!((calls(&world), answers.len()), (3, 1_001));
        assert!(answers.iter().all(|answer| values(answer) == values(&answers[0])));
    });
}

#[test]
fn data_that_is_not_whole_is_partial_and_what_may_not_be_read_is_refused() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, _, group) = ten_minutes(&world).await;
        let queries = [requests(&aws, &group)];
        for status in ["PartialData", "InternalError"] {
            world.post("metrics", &json!({ "status": [{ "status": status }] }));
            let answers = aws.query(&queries).await.unwrap();
            assert_eq!(answers[0].completeness, Completeness::Partial, "{status}");
        }
        world.post("metrics", &json!({ "status": [{ "status": "Forbidden" }] }));
        let error = aws.query(&queries).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Refused, "{error}");
        let odd = MetricQuery { period_s: 61, ..queries[0].clone() };
        let error = aws.query(&[odd]).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Refused, "{error}");
    });
}
