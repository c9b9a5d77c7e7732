//! An account of the emulator, and the program in it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::emulator::{control, endpoint};
use crate::program::{Place, Ran};
use crate::venv;

/// Seconds of the account's time a second of ours: a deployment of some minutes takes seconds, and
/// a busy machine still answers in time.
const SPEED: u32 = 30;
/// Where everything stands.
pub(crate) const REGION: &str = "eu-west-3";

/// A service with a step at 20 and one at 60, and no gates. `VERSION` stands for its version.
pub(crate) const FILE: &str = r#"
canary:
  group: private
  releases: { blue: 1, green: 2 }
  scale: { desired: 2, wait: 10, max_wait: 1200 }
  strategy: [{ weight: 20, wait: 10 }, { weight: 60, wait: 10 }]
  bake: 10
  drain: 30
service:
  project: demo
  name: webapi
  version: "VERSION"
  fqdn: webapi.example.com
  containers: [{ cpu: 128, memory: 256, port_mappings: [{ container_port: 8080 }] }]
target_groups: [{ container: { port: 8080 }, health_check: { path: /health } }]
listeners: [{ port: 8080, target_group: { container: { port: 8080 } } }]
"#;

/// What the first words of an operation that changes nothing are.
const READING: [&str; 7] = ["Describe", "Get", "List", "Query", "Scan", "BatchGet", "AssumeRole"];

/// An account, and a folder to run the program in.
pub(crate) struct Account {
    id: String,
    /// What the emulator says it made.
    pub(crate) made: Value,
    pub(crate) place: Place,
}

impl Account {
    /// With these surroundings, see the emulator's `POST account`.
    pub(crate) fn new(wanted: &Value) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(400_000_000_001);
        let id = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let mut wanted = wanted.clone();
        if wanted["repositories"].is_null() {
            wanted["repositories"] = json!({ "webapi": ["1.0.0", "1.1.0", "1.2.0"] });
        }
        let made = control("POST", "account", &id, &wanted);
        control("POST", "clock", &id, &json!({ "speed": SPEED }));
        Account { id, made, place: Place::new() }
    }

    /// The same account, seen from another machine: nothing is in its folder.
    pub(crate) fn elsewhere(&self) -> Self {
        Account { id: self.id.clone(), made: self.made.clone(), place: Place::new() }
    }

    /// With release 1.0.0, as the predecessor leaves it.
    pub(crate) fn live(wanted: &Value) -> Self {
        let account = Account::new(wanted);
        account.post("live", &json!({}));
        account
    }

    /// With release 1.0.0, and 1.1.0 about to be deployed.
    pub(crate) fn about_to_deploy(file: &str) -> Self {
        let account = Account::live(&json!({}));
        account.version(file, "1.1.0");
        account
    }

    pub(crate) fn post(&self, path: &str, asked: &Value) -> Value {
        control("POST", path, &self.id, asked)
    }

    pub(crate) fn delete(&self, path: &str) {
        control("DELETE", path, &self.id, &Value::Null);
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        control("GET", path, &self.id, &Value::Null)
    }

    /// A call of AWS's API by somebody else.
    pub(crate) fn aws(&self, service: &str, operation: &str, parameters: Value) -> Value {
        let call = json!({ "service": service, "operation": operation, "parameters": parameters });
        self.post("aws", &call)
    }

    /// Puts a file there for the program.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.place.path().join(name), text).expect("a file");
    }

    /// Writes `svc.yml` in that version.
    pub(crate) fn version(&self, file: &str, version: &str) {
        self.write("svc.yml", &file.replace("VERSION", version));
    }

    fn in_it<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT_URL", endpoint())
            .env("AWS_ACCESS_KEY_ID", format!("AKIA{}TEST", self.id))
            .env("AWS_SECRET_ACCESS_KEY", "any")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
    }

    /// The program with these arguments, ready to start in this account.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        self.in_it(&mut command).env("ECS_CRD_SPEED", SPEED.to_string());
        command
    }

    /// Starts the program, to be watched.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::from(self.command(arguments))
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(&self.command(arguments).output().expect("the program starts"))
    }

    /// Runs the program, which has to end so.
    #[track_caller]
    pub(crate) fn ends(&self, arguments: &[&str], exit_code: i32) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.exit_code, exit_code, "{arguments:?}: {}\n{}", ran.out, ran.err);
        ran
    }

    /// Runs ecs-crd-cli 1.2.0, which sleeps by letting the account's time pass.
    #[track_caller]
    pub(crate) fn predecessor(&self, action: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/system");
        let requirements = folder.join("predecessor/requirements.txt");
        let python = venv::exactly("predecessor", &requirements).join("bin/python");
        let mut command = Command::new(python);
        command
            .arg(folder.join("aws/checks/predecessor.py"))
            .arg(format!("{}/_test/clock?account={}", endpoint(), self.id))
            .args([action, "-e", "stage", "-r", REGION, "-f", "svc.yml"])
            .current_dir(self.place.path());
        let output = self.in_it(&mut command).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ecs-crd-cli {action}: {said}\n{err}");
    }

    /// What the first of the load balancers' listeners, groups and the like is.
    pub(crate) fn first(&self, operation: &str, list: &str, field: &str) -> Value {
        let asked = match operation {
            "DescribeListeners" => json!({ "LoadBalancerArn": self.made["balancers"][0]["arn"] }),
            _ => json!({}),
        };
        self.aws("elbv2", operation, asked)[list][0][field].clone()
    }

    /// The names and states of the stacks that stand.
    pub(crate) fn stacks(&self) -> Vec<String> {
        let listed = self.aws("cloudformation", "DescribeStacks", json!({}));
        let stacks = listed["Stacks"].as_array().cloned().unwrap_or_default();
        let shown = |it: &Value| match it["StackStatus"].as_str() {
            Some("CREATE_COMPLETE") => text(&it["StackName"]),
            other => format!("{} {}", text(&it["StackName"]), other.unwrap_or_default()),
        };
        let mut stacks: Vec<String> = stacks.iter().map(shown).collect();
        stacks.sort();
        stacks
    }

    /// The weights of a name, as they were written, in order: (of release 1, of release 2).
    pub(crate) fn weights(&self, name: &str) -> Vec<(u64, u64)> {
        let weights = self.get("weights");
        let own = weights.as_array().into_iter().flatten();
        let own = own.filter(|it| it["name"] == format!("{name}."));
        let of = |it: &Value, label: &str| it["weights"][label].as_u64().unwrap_or_default();
        own.map(|it| (of(it, "1"), of(it, "2"))).collect()
    }

    /// The calls that change something, `service.Operation` each: the emulator's journal without
    /// those that only read.
    pub(crate) fn writes(&self) -> Vec<String> {
        let calls = self.get("calls");
        let calls = calls.as_array().into_iter().flatten();
        let reads = |it: &&Value| {
            let operation = text(&it["operation"]);
            READING.iter().any(|word| operation.starts_with(word))
        };
        calls
            .filter(|it| !reads(it))
            .map(|it| format!("{}.{}", text(&it["service"]), text(&it["operation"])))
            .collect()
    }

    /// Blue serves alone: nothing of green is left, and the last weights are blue's.
    #[track_caller]
    pub(crate) fn is_blues_alone(&self, said: &Ran) {
        assert_eq!(self.stacks(), ["stage-webapi-0", "stage-webapi-1"], "{}", said.out);
        let weights = self.get("weights");
        let last = weights.as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!(last["weights"], json!({ "1": 100, "2": 0 }), "{}", said.out);
        let of_green = self.aws(
            "ecs",
            "DescribeServices",
            json!({ "cluster": "stage-ecs-cluster", "services": ["webapi-2"] }),
        );
        let is_active = of_green["services"][0]["status"] == "ACTIVE";
        assert!(!is_active, "{of_green}\n{}", said.out);
        let groups = self.aws("elbv2", "DescribeTargetGroups", json!({}));
        assert_eq!(groups["TargetGroups"].as_array().map(Vec::len), Some(1), "{groups}");
    }

    /// The next deployment, of healthy targets, is promoted.
    #[track_caller]
    pub(crate) fn deploys_next(&self, file: &str) {
        self.version(file, "1.2.0");
        self.ends(&["deploy", "-f", "svc.yml"], 0);
        assert_eq!(self.stacks(), ["stage-webapi-0", "stage-webapi-2"]);
    }

    /// The subjects of what was published.
    pub(crate) fn subjects(&self) -> Vec<String> {
        let messages = self.get("messages");
        messages.as_array().into_iter().flatten().map(|it| text(&it["subject"])).collect()
    }
}

/// The program on its way, its lines read one by one.
pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    told: String,
}

impl Running {
    fn from(mut command: Command) -> Self {
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        Running { child, out, told: String::new() }
    }

    /// Reads on until a line says that.
    #[track_caller]
    pub(crate) fn says(&mut self, words: &str) {
        loop {
            let from = self.told.len();
            self.out.read_line(&mut self.told).expect("a line");
            let line = &self.told[from..];
            if line.contains(words) {
                return;
            }
            if line.is_empty() {
                let err = self.err();
                panic!("it never said {words:?}:\n{}\n{err}", self.told);
            }
        }
    }

    /// The deployment's id, which its first line tells.
    #[track_caller]
    pub(crate) fn id(&mut self) -> String {
        self.says("  start  ");
        let id = self.told.split_whitespace().find(|word| word.starts_with("aws-"));
        id.expect("an id").trim_end_matches(':').to_owned()
    }

    fn err(&mut self) -> String {
        let mut err = String::new();
        let pipe = self.child.stderr.as_mut().expect("it is piped");
        pipe.read_to_string(&mut err).expect("its errors");
        err
    }

    /// Kills it, as a machine that goes away does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Waits for its end, which has to be so.
    #[track_caller]
    pub(crate) fn ends(mut self, exit_code: i32) -> Ran {
        self.out.read_to_string(&mut self.told).expect("its output");
        let err = self.err();
        let status = self.child.wait().expect("it ends");
        let ran = Ran { exit_code: status.code().expect("it was not killed"), out: self.told, err };
        assert_eq!(ran.exit_code, exit_code, "{}\n{}", ran.out, ran.err);
        ran
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
