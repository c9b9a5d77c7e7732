//! `ecs-crd`: arguments, wiring and exit codes. It decides nothing.

mod args;
mod backtest;
mod balancer_lease;
mod dry_run;
mod failure;
mod feed;
mod file;
mod forecast;
mod iam_policy;
mod live;
mod look;
mod manual;
mod on_aws;
mod place;
mod plugin;
mod replay;
mod resume;
mod run;
mod screen;
mod simulated;
mod terminal;
mod watch;
mod whoami;
mod words;

use std::process::ExitCode;
use std::sync::Mutex;

use clap::{CommandFactory, Parser};
use rollout::{Goal, Word};
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Command, SchemaKind};
use crate::failure::Failure;
use crate::terminal::{complain, say};

/// What `--verbose` logs: what our own rooms say, and of the libraries only warnings.
const OUR_LOG: &str = "warn,ecs_crd=debug,aws=debug,gates=debug,ledger=debug,probes=debug,\
                       runner=debug,sim=debug";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = start_log(&cli).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(1, format!("the runtime: {error}")))?;
        runtime.block_on(run(&cli))
    });
    match done {
        Ok(exit_code) => ExitCode::from(exit_code),
        Err(failure) => {
            complain(&failure.message);
            ExitCode::from(failure.exit_code)
        }
    }
}

async fn run(cli: &Cli) -> Result<u8, Failure> {
    let output = cli.output;
    match &cli.command {
        Command::Deploy(args) => run::deploy(args, Goal::Deploy, output).await,
        Command::Undeploy(args) => run::deploy(args, Goal::Undeploy, output).await,
        Command::Rehearse(args) => run::rehearse(args, output).await,
        Command::DryRun(args) => dry_run::dry_run(args, output).await,
        Command::Resume(args) => resume::resume(args, output).await,
        Command::Status { which, watch: true } => watch::watch(which, output).await,
        Command::Status { which, watch: false } => look::status(which, output).await,
        Command::History { file, place } => look::history(file, place, output).await,
        Command::Show(args) => look::show(args, output).await,
        Command::Report { run, out } => look::report(run, out, output).await,
        Command::Replay { run, gate } => replay::replay(run, gate.as_deref(), output).await,
        Command::Backtest(args) => backtest::backtest(args, output).await,
        Command::Pause(args) => words::speak(args, Word::Pause, output).await,
        Command::Promote(args) => words::speak(args, Word::Promote, output).await,
        Command::Abort(args) => words::speak(args, Word::Abort, output).await,
        Command::Plugin(command) => plugin::run(command, output, cli.verbose).await,
        Command::Validate(args) => {
            let plan = file::validate(args)?;
            print(&format!("{} {}: valid\n", plan.service.name, plan.service.version))
        }
        Command::IamPolicy { file, ledger } => iam_policy::iam_policy(file, ledger),
        Command::Schema { kind } => {
            let schema = match kind {
                SchemaKind::Deployment => manifest::schema(),
                SchemaKind::Scenario => sim::scenario_schema(),
                SchemaKind::Case => plugin::case_schema(),
                SchemaKind::Event => report::event_schema(),
                SchemaKind::Report => report::report_schema(),
                SchemaKind::Replay => report::replay_schema(),
                SchemaKind::Backtest => report::backtest_schema(),
            };
            print(&format!("{schema:#}\n"))
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "ecs-crd", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        Command::Man { of, out } => manual::run(of, out.as_deref()),
        Command::Version => print(&format!("ecs-crd {}\n", env!("CARGO_PKG_VERSION"))),
    }
}

fn print(text: &str) -> Result<u8, Failure> {
    say(text)?;
    Ok(0)
}

/// Logs go to standard error, or to the file of `--log-file`.
fn start_log(cli: &Cli) -> Result<(), Failure> {
    let filter = EnvFilter::new(if cli.verbose { OUR_LOG } else { "error" });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    match &cli.log_file {
        None => {
            if cli.verbose {
                terminal::log_is_on_screen();
            }
            log.with_writer(std::io::stderr).init();
        }
        Some(path) => {
            let file = std::fs::File::create(path)
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            log.with_writer(Mutex::new(file)).init();
        }
    }
    Ok(())
}
