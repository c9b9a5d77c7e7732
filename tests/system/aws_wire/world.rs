//! An account of a test's own, and a deployment in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use async_trait::async_trait;
use aws::{Aws, Connection, Options, connect_from};
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_sdk_sts::config::Credentials;
use manifest::{CommandLine, Parameters, Plugins, lower, parse};
use rollout::{EpochS, Ground, Stack};
use runner::{CallError, CallErrorKind, Called, Clock, Deployment, Discovery, StackState, Stacks};
use serde_json::{Value, json};

use super::emulator::{control, endpoint};

/// What is deployed where a test does not say.
pub(crate) const FILE: &str = r#"
canary:
  group: private
  releases: { blue: 1, green: 2 }
service:
  project: demo
  name: webapi
  version: "1.1.0"
  fqdn: [webapi.example.com, api.example.com]
  containers:
    - name: webapi
      image: nginx:1.25
      port_mappings: [{ container_port: 8080 }]
target_groups:
  - container: { name: webapi, port: 8080 }
    health_check: { path: /health }
listeners:
  - port: 8080
    target_group: { container: { name: webapi, port: 8080 } }
"#;

/// An account. Its time stands still but where a test lets it pass, so that nothing that is to be
/// seen before something happens races with a busy machine.
pub(crate) struct World {
    account: String,
    clock: Arc<AccountClock>,
    /// What the emulator says it made.
    pub(crate) made: Value,
    pub(crate) region: String,
}

impl World {
    /// With these surroundings, see the emulator's `POST account`.
    pub(crate) fn new(wanted: &Value) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(200_000_000_001);
        let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let made = control("POST", "account", &account, wanted);
        let clock = Arc::new(AccountClock::new(&account, &json!({ "speed": 0 })));
        World { account, clock, made, region: "eu-west-3".to_owned() }
    }

    /// With a release that ecs-crd-cli has deployed.
    pub(crate) fn live(wanted: &Value) -> Self {
        let world = World::new(wanted);
        world.post("live", &json!({ "fqdns": ["webapi.example.com", "api.example.com"] }));
        world
    }

    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    pub(crate) fn post(&self, path: &str, asked: &Value) -> Value {
        control("POST", path, &self.account, asked)
    }

    pub(crate) fn get(&self, path: &str, asked: &Value) -> Value {
        control("GET", path, &self.account, asked)
    }

    /// Lets so many seconds pass.
    pub(crate) fn advance(&self, seconds: u32) {
        self.clock.change(&json!({ "advance": seconds }));
    }

    /// Lets time pass up to an instant.
    pub(crate) fn advance_to(&self, until: EpochS) {
        self.clock.change(&json!({ "now": until.0 }));
    }

    /// A call of AWS's API by somebody else.
    pub(crate) fn aws(&self, service: &str, operation: &str, parameters: Value) -> Value {
        let call = json!({ "service": service, "operation": operation, "parameters": parameters });
        self.post("aws", &call)
    }

    /// The operations that were called so far, `service.Operation` each.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.get("calls", &Value::Null).as_array().cloned().unwrap_or_default();
        let name = |call: &Value| {
            format!(
                "{}.{}",
                call["service"].as_str().unwrap_or_default(),
                call["operation"].as_str().unwrap_or_default()
            )
        };
        calls.iter().map(name).collect()
    }

    /// A connection whose clock runs so many times as fast, from the emulator's now on.
    pub(crate) async fn connect(&self, speed: Option<u32>) -> Connection {
        let options = Options { region: Some(self.region.clone()), speed };
        connect_from(self.loader(), &options).await.unwrap()
    }

    /// A connection whose clock is the account's.
    pub(crate) async fn connect_by(&self, loader: ConfigLoader) -> Connection {
        let options = Options { region: Some(self.region.clone()), speed: None };
        let mut connection = connect_from(loader, &options).await.unwrap();
        connection.clock = self.clock.clone();
        connection
    }

    /// What leads the SDK into the account.
    pub(crate) fn loader(&self) -> ConfigLoader {
        let key = format!("AKIA{}TEST", self.account);
        let credentials = Credentials::new(key, "any", None, None, "test");
        aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint())
            .credentials_provider(credentials)
    }

    /// The cloud, whose clock is the account's, and a plan of that file.
    pub(crate) async fn cloud(&self, file: &str) -> (Aws, Arc<rollout::Plan>) {
        self.cloud_by(self.connect_by(self.loader()).await, file)
    }

    /// The same over this connection.
    pub(crate) fn cloud_by(&self, connection: Connection, file: &str) -> (Aws, Arc<rollout::Plan>) {
        let parameters = Parameters {
            environment: "stage".to_owned(),
            region: self.region.clone(),
            account_id: connection.account.id.clone(),
            external_ip: None,
        };
        let parsed =
            parse("deploy.yml", file).unwrap_or_else(|said| panic!("{}", said.render(false)));
        let lowered = lower(&parsed, &parameters, &Plugins::built_in(), &CommandLine::default());
        let lowered = lowered.unwrap_or_else(|said| panic!("{}", said.render(false)));
        (Aws::with_file(connection, lowered.file), Arc::new(lowered.plan))
    }

    /// A deployment about to begin: looked over, nothing written yet.
    pub(crate) async fn deployment(&self, file: &str) -> Called<(Aws, Deployment)> {
        let (aws, plan) = self.cloud(file).await;
        let ground: Ground = aws.ground(&plan).await?;
        let id = format!("test-{}", self.account);
        let survey = aws.survey(&plan, &ground, &id).await;
        let survey =
            survey.map_err(|error| CallError::new(CallErrorKind::Missing, error.to_string()))?;
        let deployment = Deployment {
            id,
            started_at: aws.connection().clock.now(),
            plan,
            ground: Arc::new(ground),
            file_text: file.into(),
            parameters: Arc::new(survey.parameters()),
        };
        Ok((aws, deployment))
    }
}

/// An account's clock: to wait is to let its time pass. Nobody else does, so it is known here.
struct AccountClock {
    account: String,
    now: AtomicU32,
}

impl AccountClock {
    fn new(account: &str, change: &Value) -> Self {
        let clock = AccountClock { account: account.to_owned(), now: AtomicU32::new(0) };
        clock.change(change);
        clock
    }

    fn change(&self, change: &Value) {
        let clock = control("POST", "clock", &self.account, change);
        self.now.store(clock["now"].as_f64().unwrap() as u32, Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for AccountClock {
    fn now(&self) -> EpochS {
        EpochS(self.now.load(Ordering::Relaxed))
    }

    fn is_wall(&self) -> bool {
        false
    }

    async fn wait(&self, until: EpochS) -> Called<()> {
        self.change(&json!({ "now": until.0 }));
        Ok(())
    }
}

/// Waits until a stack is no longer on its way.
pub(crate) async fn settled(aws: &Aws, deployment: &Deployment, stack: Stack) -> StackState {
    let clock = &aws.connection().clock;
    let until = clock.now().plus_s(600);
    loop {
        let state = aws.state(deployment, stack).await.unwrap();
        if !matches!(state, StackState::Rising | StackState::Falling) {
            return state;
        }
        assert!(clock.now() < until, "{stack:?} is still {state:?}");
        clock.wait(clock.now().plus_s(2)).await.unwrap();
    }
}

/// Runs a test to its end.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(test);
}
