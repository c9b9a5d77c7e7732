//! A gate's requests during a deployment on AWS: the built-in component asks the balancer that the
//! new release got, over real sockets, and nobody else.
//!
//! The emulator's balancers answer no HTTP. Their names lead to public addresses here and those to
//! a listener on this machine, so that what is never connected to is the same as in production.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gates::{CachePolicy, Engine, Gate, Host, builtin};
use probes::{Connector, Probes, Resolver, Wire};
use rollout::{Goal, Limits};
use runner::{Began, Context, Driver, Interrupt, Leases, MemoryLedger, Nobody};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::world::{FILE, World, run};

const GREEN: &str = "52.47.0.1";
const BLUE: &str = "52.47.0.2";

/// A gate before any traffic, and a short way to 100.
const CANARY: &str = "canary:
  gates:
    - plugin: builtin:http-smoke
      phases: [preflight]
      grants: { http: ['http://green:8080'] }
      config:
        on_fail: rollback
        passes: 2
        requests: [{ name: health, url: 'http://{green}:8080/health' }]
  strategy: [{ weight: 50, wait: 5 }]
  bake: 5
";

/// Both balancers, as the internet has them.
struct Street {
    names: BTreeMap<String, IpAddr>,
    listener: SocketAddr,
    dialled: Mutex<Vec<SocketAddr>>,
}

#[async_trait]
impl Resolver for Street {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let known = self.names.get(name);
        known.map(|address| vec![*address]).ok_or_else(|| io::Error::other("unknown name"))
    }
}

#[async_trait]
impl Connector for Street {
    async fn connect(&self, address: SocketAddr) -> io::Result<Box<dyn Wire>> {
        self.dialled.lock().unwrap().push(address);
        Ok(Box::new(TcpStream::connect(self.listener).await?))
    }
}

/// Answers every request with this status, and keeps their heads.
async fn serve(status: u16) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            kept.lock().unwrap().push(String::from_utf8(head).unwrap());
            let answer = format!("HTTP/1.1 {status} As Asked\r\ncontent-length: 2\r\n\r\nup");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, seen)
}

/// What came of a deployment whose canary answers with a status.
struct Outcome {
    exit_code: u8,
    /// The heads of the requests, as the canary got them.
    requests: Vec<String>,
    dialled: Vec<SocketAddr>,
    /// The weights that green was ever given at a name.
    weights: Vec<u64>,
}

async fn deploy(status: u16) -> Outcome {
    let world = World::live(&json!({}));
    world.post("settings", &json!({ "stack_resource_s": 0.1, "health_initial_s": 2 }));
    let file = FILE.replacen("canary:\n", CANARY, 1);
    let (aws, deployment) = world.deployment(&file).await.unwrap();

    let (listener, seen) = serve(status).await;
    let balancers = world.made["balancers"].as_array().unwrap();
    let addressed = balancers.iter().map(|it| {
        let address = if it["release"] == "2" { GREEN } else { BLUE };
        (it["dns_name"].as_str().unwrap().to_lowercase(), address.parse().unwrap())
    });
    let street =
        Arc::new(Street { names: addressed.collect(), listener, dialled: Mutex::default() });
    let probes = Probes::new(street.clone(), street.clone(), Arc::new(aws.clone()));

    let ledger = MemoryLedger::new();
    let lease = ledger.acquire("webapi", "a test").await.unwrap();
    let context = Context {
        cloud: aws.cloud(Arc::new(probes)),
        ledger: Arc::new(ledger),
        gates: Arc::new(smoke(&deployment.plan)),
        lease,
        follower: Box::new(Nobody),
        interrupt: Interrupt::default(),
        interrupt_rolls_back: true,
    };
    let began = Began {
        goal: Goal::Deploy,
        plan: rollout::Plan::clone(&deployment.plan),
        plan_hash: deployment.plan.hash(),
        ground: rollout::Ground::clone(&deployment.ground),
        file_text: file,
        parameters: BTreeMap::clone(&deployment.parameters),
        components: BTreeMap::new(),
        version: "0".to_owned(),
        by: "a test".to_owned(),
    };
    let mut driver = Driver::begin(context, &deployment.id, began).await.unwrap();
    let end = driver.run().await.unwrap();

    let written = world.get("weights", &Value::Null).as_array().cloned().unwrap();
    let requests = seen.lock().unwrap().clone();
    let dialled = street.dialled.lock().unwrap().clone();
    Outcome {
        exit_code: end.exit_code,
        requests,
        dialled,
        weights: written.iter().filter_map(|it| it["weights"]["2"].as_u64()).collect(),
    }
}

/// The host of the file's one gate.
fn smoke(plan: &rollout::Plan) -> Host {
    let engine = Engine::new(&CachePolicy::Off).unwrap();
    let gate = &plan.gates[0];
    let loaded = engine.load(&gate.plugin, builtin("http-smoke").unwrap()).unwrap();
    let timeout = Duration::from_secs(60);
    Host::new(vec![Gate { name: gate.name.clone(), loaded, limits: Limits::default(), timeout }])
}

/// Every request went to the new release's balancer, by the name the service is known by.
fn assert_asked_green(outcome: &Outcome) {
    let green: SocketAddr = format!("{GREEN}:8080").parse().unwrap();
    assert!(outcome.dialled.iter().all(|it| *it == green), "{:?}", outcome.dialled);
    for head in &outcome.requests {
        assert!(head.starts_with("GET /health HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("\r\nhost: webapi.example.com:8080\r\n"), "{head}");
    }
}

#[test]
fn s13_a_canary_that_answers_its_smoke_requests_gets_traffic_and_nobody_else_is_asked() {
    run(async {
        let outcome = deploy(200).await;
        assert_eq!(outcome.exit_code, 0);
        assert_eq!(outcome.requests.len(), 2);
        assert_asked_green(&outcome);
        assert_eq!(outcome.weights.last(), Some(&100));
    });
}

#[test]
fn s02_a_canary_that_fails_its_smoke_requests_never_gets_any_traffic() {
    run(async {
        let outcome = deploy(503).await;
        assert_eq!(outcome.exit_code, 10);
        assert!(!outcome.requests.is_empty());
        assert_asked_green(&outcome);
        assert!(outcome.weights.iter().all(|it| *it == 0), "{:?}", outcome.weights);
    });
}
