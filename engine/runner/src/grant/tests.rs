//! S13: what the file did not grant is refused, in a sentence that says what would have had to be.

use rollout::{EpochS, Gate, Grants, HttpGrant, Side};

use super::*;
use crate::double::{metric as requests_of, place, plan};
use crate::question::Question;

const T: EpochS = EpochS(1_800_000_000);

fn gate(metrics: &[&str], http: &[&str]) -> Gate {
    let origin = |origin: &&str| HttpGrant {
        origin: (*origin).to_owned(),
        headers_from_secret: Default::default(),
    };
    let grants = Grants {
        metrics: metrics.iter().map(|it| (*it).to_owned()).collect(),
        http: http.iter().map(origin).collect(),
    };
    Gate { grants, ..plan(&["errors"]).gates.remove(0) }
}

fn places(blue: bool) -> Places {
    Places::new(Some(place("green")), blue.then(|| place("blue")))
}

fn series(subject: Subject) -> MetricQuestion {
    let Question::Metric(question) = requests_of("r", Side::Green, T) else { unreachable!() };
    MetricQuestion { subject, ..question }
}

fn raw(dimensions: &[Dimension]) -> MetricQuestion {
    series(Subject::Dimensions(dimensions.to_vec()))
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension { name: name.to_owned(), value: value.to_owned() }
}

#[test]
fn s13_series_that_were_not_granted_are_refused_with_the_grant_they_need() {
    let own = place("green");
    let foreign = [dimension("LoadBalancer", "app/somebody-else")];
    let of_another_space =
        MetricQuestion { namespace: "AWS/SQS".to_owned(), ..raw(&[dimension("QueueName", "q")]) };
    let empty = MetricQuestion { end: T, ..series(Subject::Of(Side::Green, Part::Service)) };
    let no_period = MetricQuestion { period_s: 0, ..raw(&own.load_balancer) };
    let needs = |space: &str| {
        format!(
            "metrics of {space} are not granted to errors: add `metrics: [\"{space}\"]` to its grants"
        )
    };
    let cases = [
        (raw(&foreign), needs("AWS/ApplicationELB")),
        (raw(&[]), needs("AWS/ApplicationELB")),
        (raw(&own.target_groups[0][1..]), needs("AWS/ApplicationELB")),
        (raw(&[own.load_balancer.clone(), foreign.to_vec()].concat()), needs("AWS/ApplicationELB")),
        (of_another_space, needs("AWS/SQS")),
        (
            series(Subject::Of(Side::Blue, Part::LoadBalancer)),
            "there is no baseline on a first release".to_owned(),
        ),
        (
            series(Subject::Of(Side::Green, Part::TargetGroup(2))),
            "there is no target group 2".to_owned(),
        ),
        (empty, "r: the period or the interval is empty".to_owned()),
        (no_period, "r: the period or the interval is empty".to_owned()),
    ];
    for (question, why) in cases {
        assert_eq!(metric(&gate(&["AWS/EC2"], &[]), &places(false), &question), Err(why));
    }
}

#[test]
fn own_series_need_no_grant_by_name_or_by_dimensions() {
    let places = places(true);
    for (side, own) in [(Side::Green, place("green")), (Side::Blue, place("blue"))] {
        let parts = [
            (Part::LoadBalancer, &own.load_balancer),
            (Part::Service, &own.service),
            (Part::TargetGroup(0), &own.target_groups[0]),
            (Part::TargetGroup(1), &own.target_groups[1]),
        ];
        for (part, wanted) in parts {
            for question in [series(Subject::Of(side, part)), raw(wanted)] {
                let query = metric(&gate(&[], &[]), &places, &question).unwrap();
                let MetricSource::Series { dimensions, .. } = query.what else { panic!("math") };
                assert_eq!(dimensions, wanted);
            }
        }
    }
}

#[test]
fn a_granted_namespace_opens_that_namespace_alone() {
    let gate = gate(&["AWS/ApplicationELB"], &[]);
    let foreign = raw(&[dimension("LoadBalancer", "app/somebody-else")]);
    assert!(metric(&gate, &places(true), &foreign).is_ok());
    let like_it = MetricQuestion { namespace: "AWS/ApplicationELB2".to_owned(), ..foreign };
    assert!(metric(&gate, &places(true), &like_it).is_err());
}

fn math(text: &str) -> Result<String, String> {
    let question = ExpressionQuestion {
        id: "e".to_owned(),
        expression: text.to_owned(),
        period_s: 60,
        begin: T,
        end: T.plus_s(60),
    };
    let own = ["errors", "requests", "Green0", "m7"];
    let place_of = |id: &str| own.iter().position(|it| *it == id).map(|place| place + 3);
    expression(&question, place_of).map(|query| match query.what {
        MetricSource::Expression(text) => text,
        MetricSource::Series { .. } => "a series".to_owned(),
    })
}

#[test]
fn metric_math_names_the_gates_own_series_by_their_places_in_the_call() {
    let cases = [
        ("100 * errors / requests", "100 * m3 / m4"),
        ("errors/requests", "m3/m4"),
        ("FILL(m7, 0) + 1e3 - Green0", "FILL(m6, 0) + 1e3 - m5"),
        ("IF(errors > 5, AVG(errors), 0)", "IF(m3 > 5, AVG(m3), 0)"),
        ("", ""),
    ];
    for (text, resolved) in cases {
        assert_eq!(math(text), Ok(resolved.to_owned()), "{text}");
    }
}

#[test]
fn s13_metric_math_that_reaches_out_is_refused() {
    let stranger = |id| format!("{id} is no series that this gate asks for in this round");
    let reaching = |it| format!("{it} reaches series that no question names: ask for them");
    let cases = [
        ("SEARCH('{AWS/EC2} CPUUtilization', 'Average')", reaching("SEARCH")),
        ("errors + sum(search(' '))", stranger("sum")),
        ("Search('AWS/EC2')", reaching("Search")),
        ("METRICS()", reaching("METRICS")),
        ("SUM(METRICS(\"errors\"))", reaching("METRICS")),
        ("SELECT AVG(CPUUtilization) FROM \"AWS/EC2\"", reaching("SELECT")),
        ("INSIGHT_RULE_METRIC('r', 'Sum')", reaching("INSIGHT_RULE_METRIC")),
        ("DB_PERF_INSIGHTS('RDS', 'db-1', 'os.cpu')", reaching("DB_PERF_INSIGHTS")),
        ("LAMBDA('f', errors)", reaching("LAMBDA")),
        // Another gate's series lies in the same call.
        ("m0 + errors", stranger("m0")),
        ("errors.max", stranger("max")),
    ];
    for (text, why) in cases {
        assert_eq!(math(text), Err(why), "{text}");
    }
}

fn url(gate: &Gate, blue: bool, url: &str) -> Result<String, String> {
    let question = RequestQuestion {
        id: "q".to_owned(),
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 1_000,
        follow_redirects: false,
    };
    request(gate, &places(blue), "cart.example.com", &question).map(|request| {
        let target = request.target();
        format!("{} at {}", target.presented, target.address)
    })
}

#[test]
fn a_granted_origin_is_matched_by_scheme_host_and_port_whatever_its_case() {
    let gate = gate(
        &[],
        &[
            "https://green",
            "http://blue:8080",
            "https://cart.example.com",
            "https://API.Example.com:443",
        ],
    );
    let granted = [
        ("https://green/health?x=1", "https://cart.example.com/health?x=1 at green.elb.test"),
        ("https://{green}/", "https://cart.example.com/ at green.elb.test"),
        ("HTTPS://GREEN:443/", "https://cart.example.com/ at green.elb.test"),
        ("http://blue:8080/a", "http://cart.example.com:8080/a at blue.elb.test"),
        ("https://{fqdn}/", "https://cart.example.com/ at cart.example.com"),
        ("https://api.example.com/", "https://api.example.com/ at api.example.com"),
    ];
    for (asked, sent) in granted {
        assert_eq!(url(&gate, true, asked), Ok(sent.to_owned()), "{asked}");
    }
    let denied = [
        ("http://green/", "http://green"),
        ("https://green:8443/", "https://green:8443"),
        ("http://blue/", "http://blue"),
        ("https://green.elb.test/", "https://green.elb.test"),
        ("https://green@evil.test/", "https://evil.test"),
        ("https://evil.test/green", "https://evil.test"),
        ("https://api.example.com.evil.test/", "https://api.example.com.evil.test"),
        ("http://169.254.169.254/latest/meta-data", "http://169.254.169.254"),
        ("http://[::1]/", "http://[::1]"),
    ];
    for (asked, origin) in denied {
        let why = format!(
            "requests to {origin} are not granted to errors: add `http: [\"{origin}\"]` to its grants"
        );
        assert_eq!(url(&gate, true, asked), Err(why), "{asked}");
    }
}

#[test]
fn s13_what_is_no_http_address_is_refused_even_if_a_grant_spells_the_same() {
    let gate = gate(&[], &["file:///", "ftp://green", "https://blue"]);
    for asked in ["file:///etc/passwd", "ftp://green/", "green/health", "https://", "data:,x"] {
        assert!(url(&gate, true, asked).is_err(), "{asked}");
    }
    let why = "there is no blue on a first release".to_owned();
    assert_eq!(url(&gate, false, "https://blue/"), Err(why));
}
