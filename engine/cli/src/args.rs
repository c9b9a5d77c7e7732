//! The command line: every command and flag of the contract, each flag also as `ECS_CRD_…`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Canary releases on AWS ECS, guarded by gates.
#[derive(Debug, Parser)]
#[command(name = "ecs-crd", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How to speak on standard output.
    #[arg(long, global = true, env = "ECS_CRD_OUTPUT", value_enum, default_value = "human")]
    pub(crate) output: Output,
    /// Say more on standard error.
    #[arg(long, global = true, env = "ECS_CRD_VERBOSE")]
    pub(crate) verbose: bool,
    /// Write the log there instead of to standard error.
    #[arg(long, global = true, env = "ECS_CRD_LOG_FILE", value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

/// What `--plugin` is to a replay.
const REPLAYED_PLUGIN: &str = "Ask this component in place of the recorded one: builtin:NAME, or a path. It stands in for the gate of \
     --gate, else for each gate whose component bears the same name";

/// What the commands that drive a run end with.
const EXIT_CODES: &str = "\
Exit codes:
  0   promoted and cleaned up; undeployed; nothing to undeploy or resume
  2   usage, invalid file or plugin: nothing was called
  3   the account lacks something: nothing was written
  10  rolled back by a gate's verdict
  11  rolled back: unhealthy targets or tasks
  12  rolled back: inconclusive, a step held until its max_wait
  13  rolled back by a person's abort
  14  rolled back: AWS failed
  20  halted, needs a person: what stands where is listed
  30  another deployment of the service runs, or took over
  40  interrupted: `ecs-crd resume` goes on";

/// For people or for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Lines, and a story at the end.
    Human,
    /// One event a line (schemas/event.v1.json), and nothing else.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Deploy a new release: provision, shift, judge, promote or roll back.
    #[command(after_long_help = EXIT_CODES)]
    Deploy(DeployArgs),
    /// Remove the service's stacks, records and registry entry.
    #[command(after_long_help = EXIT_CODES)]
    Undeploy(DeployArgs),
    /// What deploy would do: everything up to the first write.
    DryRun(DeployArgs),
    /// Check a deployment file, offline.
    Validate(FileArgs),
    /// Print the least IAM policy that runs of a deployment file need, offline.
    ///
    /// Of whoever deploys, undeploys, looks and resumes with this file. What only an earlier file
    /// of the service had, such as another name, is not in it: keep that file's policy until its
    /// release is gone.
    IamPolicy {
        #[command(flatten)]
        file: FileArgs,
        /// Where journal and lease are kept: dynamodb:TABLE, or sqlite:PATH, which needs nothing.
        #[arg(
            long,
            env = "ECS_CRD_LEDGER",
            value_name = "LEDGER",
            default_value = "dynamodb:ecs_crd_ledger"
        )]
        ledger: String,
    },
    /// Deploy against a simulated cloud kept in memory.
    #[command(
        after_long_help = EXIT_CODES,
        mut_arg("cloud", |it| it.hide(true)),
        mut_arg("ledger", |it| it.hide(true))
    )]
    Rehearse(DeployArgs),
    /// Print a published JSON Schema.
    Schema {
        /// Which.
        #[arg(value_enum, default_value = "deployment")]
        kind: SchemaKind,
    },
    /// Go on with an unfinished run, from the journal and what the cloud holds.
    #[command(after_long_help = EXIT_CODES)]
    Resume(WhichArgs),
    /// Where a run stands, who drives it, and what stands in the cloud.
    Status {
        #[command(flatten)]
        which: WhichArgs,
        /// Follow the run until it ends, or until nobody drives it.
        #[arg(short, long)]
        watch: bool,
    },
    /// All runs of the ledger, newest first, or those of a file's service.
    History {
        #[command(flatten)]
        file: FileArgs,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// All that happened in a run.
    Show(WhichArgs),
    /// Write a run as one HTML file that works offline and on paper.
    Report {
        #[command(flatten)]
        run: WhichArgs,
        /// The file to write.
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Evaluate every recorded look of a run again, by the gates' bytes in the ledger.
    ///
    /// Questions, verdict, state and notes must come out the same, byte for byte: exit 0, else 2
    /// with each difference.
    #[command(mut_arg("plugin", |it| it.help(REPLAYED_PLUGIN)), mut_arg("grant", |it| it.hide(true)))]
    Replay {
        #[command(flatten)]
        run: WhichArgs,
        /// Only the looks of this gate.
        #[arg(long, env = "ECS_CRD_GATE", value_name = "NAME")]
        gate: Option<String>,
    },
    /// What gates would have said: of past deployments, or of recorded metrics.
    Backtest(BacktestArgs),
    /// Hold a running deployment until promote, abort or resume.
    Pause(WhichArgs),
    /// Go on to the next step in place of the gates; never past unhealthy targets.
    Promote(WhichArgs),
    /// Go back to the old release.
    Abort(WhichArgs),
    /// Look at gates.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Print a completion script.
    Completions {
        /// For which shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page of the program or of a command, or write all of them.
    Man {
        /// Of which command, for example `deploy` or `plugin check`.
        #[arg(value_name = "COMMAND", num_args = 0..)]
        of: Vec<String>,
        /// Write the page of every command into this folder: ecs-crd.1, ecs-crd-deploy.1, …
        #[arg(short, long, value_name = "DIR", conflicts_with = "of")]
        out: Option<PathBuf>,
    },
    /// Print the version.
    Version,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaKind {
    /// Of the deployment file.
    Deployment,
    /// Of the scenario file of the simulated cloud.
    Scenario,
    /// Of a case of a gate (`plugin test`).
    Case,
    /// Of a line of `--output json`.
    Event,
    /// Of the end report.
    Report,
    /// Of a line of `replay --output json`.
    Replay,
    /// Of a line of `backtest --output json`.
    Backtest,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Write a project for a gate of your own: builds with ./build, tests itself with ./test.
    New {
        /// In which language.
        #[arg(short, long, value_enum)]
        lang: Language,
        /// The gate's name: a-z, then a-z, 0-9 and -.
        name: String,
        /// The folder to write; ./NAME where it is left out.
        #[arg(short, long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Make a gate of a core module, as compilers of C, Go and Rust write it.
    Encode {
        /// The core module.
        module: PathBuf,
        /// The component to write.
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check a component against the contract, line by line, and measure it; with --verbose, its
    /// configuration.
    Check {
        /// `builtin:NAME` or the path of a component.
        plugin: String,
    },
    /// Play a gate through cases: what it is told, scripted answers, what it should say.
    Test {
        /// `builtin:NAME` or the path of a component.
        plugin: String,
        /// Cases, or folders of them (NAME.yml each; `ecs-crd schema case`).
        #[arg(required = true)]
        cases: Vec<PathBuf>,
        /// Print what the gate asked and said, too, in a case's own words.
        #[arg(long)]
        show: bool,
    },
    /// The built-in gates; with --verbose, what each wishes and its configuration.
    List,
}

/// The languages there is a template for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// With the SDK: types, statistics, tests without WASM.
    Rust,
    /// JavaScript, by componentize-qjs.
    Js,
    /// By componentize-py.
    Python,
    /// By clang and wasi-libc.
    C,
    /// By the Go compiler itself.
    Go,
}

/// Which file, and for where.
#[derive(Clone, Debug, Args)]
pub(crate) struct FileArgs {
    /// The deployment file.
    #[arg(short = 'f', long, env = "ECS_CRD_CONFIGURATION_FILE", value_name = "FILE")]
    pub(crate) configuration_file: Option<PathBuf>,
    /// A folder with ENVIRONMENT.deploy.yml, where no file is named.
    #[arg(short = 'd', long, env = "ECS_CRD_CONFIGURATION_DIR", value_name = "DIR")]
    pub(crate) configuration_dir: Option<PathBuf>,
    /// dev, qua, stage, preprod, prod, or another name of a-z and 0-9.
    #[arg(short, long, env = "ECS_CRD_ENVIRONMENT", default_value = "stage")]
    pub(crate) environment: String,
    /// The AWS region; else AWS_REGION or what the profile says. The simulated cloud has its own.
    #[arg(short, long, env = "ECS_CRD_REGION")]
    pub(crate) region: Option<String>,
    /// This machine's address on the internet, for files that use {{external_ip}}; AWS is asked for
    /// it where it is left out.
    #[arg(long, env = "ECS_CRD_EXTERNAL_IP", value_name = "ADDRESS")]
    pub(crate) external_ip: Option<std::net::IpAddr>,
    /// Add a gate to every step: builtin:NAME, or the path of a component.
    #[arg(long, env = "ECS_CRD_PLUGIN", value_name = "SPEC", value_delimiter = ',')]
    pub(crate) plugin: Vec<String>,
    /// What an added gate may ask for: GATE:metrics=NAMESPACE or GATE:http=ORIGIN.
    #[arg(long, env = "ECS_CRD_GRANT", value_name = "GRANT", value_delimiter = ',')]
    pub(crate) grant: Vec<String>,
}

/// Which cloud, and which ledger.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlaceArgs {
    /// The cloud; aws where it is left out, but for the id of a simulated deployment.
    #[arg(long, env = "ECS_CRD_CLOUD", value_enum)]
    pub(crate) cloud: Option<CloudKind>,
    /// Where journal, lease and memories are kept: sqlite:PATH or dynamodb:TABLE, by default
    /// dynamodb:ecs_crd_ledger on AWS and a file in the state folder for the simulated cloud.
    #[arg(long, env = "ECS_CRD_LEDGER", value_name = "LEDGER")]
    pub(crate) ledger: Option<String>,
    /// How the simulated cloud behaves; a healthy release where it is left out.
    #[arg(long, env = "ECS_CRD_SCENARIO", value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Let a second of the simulated cloud take 1/SPEED seconds; without it, none. On AWS for
    /// tests only, against an endpoint on this machine.
    #[arg(long, env = "ECS_CRD_SPEED", value_name = "SPEED", value_parser = speed)]
    pub(crate) speed: Option<f64>,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed: &f64| speed.is_finite() && *speed > 0.0);
    speed.ok_or_else(|| "a speed is a number above 0, for example 60".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CloudKind {
    /// An account of AWS, by the SDK's own rules for credentials, profiles and endpoints.
    Aws,
    /// A simulated cloud in virtual time; needs no account.
    Sim,
}

#[derive(Debug, Args)]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WhichArgs {
    /// The deployment's id; else the latest of the file's service, else the latest.
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    /// A gate: builtin:NAME, or the path of a component; several stand side by side.
    #[arg(
        long,
        env = "ECS_CRD_PLUGIN",
        value_name = "SPEC",
        value_delimiter = ',',
        required = true
    )]
    pub(crate) plugin: Vec<String>,
    /// Its configuration: a file of YAML or JSON, or JSON itself. For several gates one each, in
    /// their order, `{}` for the default.
    #[arg(long, value_name = "FILE|JSON")]
    pub(crate) config: Vec<String>,
    /// Recorded metrics of something healthy: CSV with timestamp,value, or with
    /// timestamp,canary,baseline.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "history")]
    pub(crate) metrics: Vec<PathBuf>,
    /// The past deployments of a ledger: sqlite:PATH or dynamodb:TABLE. Gates are asked at the
    /// instants of the recorded looks and answered from what those were answered.
    #[arg(long, env = "ECS_CRD_HISTORY", value_name = "LEDGER", conflicts_with = "metrics")]
    pub(crate) history: Option<String>,
    /// The AWS region of a ledger on DynamoDB.
    #[arg(short, long, env = "ECS_CRD_REGION")]
    pub(crate) region: Option<String>,
    /// Write the tables and a chart into one HTML file as well.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The same seed draws the same replays.
    #[arg(long, env = "ECS_CRD_SEED", value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Replays of each row of the table, over all files.
    #[arg(long, value_name = "N", default_value_t = 300,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) replays: u32,
    /// Intervals of a replay: consecutive samples are paired, a coin decides which is the canary's.
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=240))]
    pub(crate) intervals: u32,
    /// Seconds between an interval and the next in the virtual deployment: the period in which the
    /// gates ask.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) period: u32,
    /// Regressions: by what the canary's values are multiplied.
    #[arg(
        long,
        value_name = "FACTOR",
        value_delimiter = ',',
        default_values_t = [1.1, 1.25, 1.5, 2.0, 3.0, 5.0],
        value_parser = factor
    )]
    pub(crate) factors: Vec<f64>,
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|it: &f64| it.is_finite() && *it > 0.0);
    factor.ok_or_else(|| "a factor is a number above 0, for example 1.5".to_owned())
}
