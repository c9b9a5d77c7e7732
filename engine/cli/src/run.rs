//! Commands that drive: deploy, undeploy, rehearse, resume, and a person's word to a run whose
//! driver has gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollout::{Goal, Ground, Plan, State, Word};
use runner::{
    Began, Cloud, Context, DriveEnd, Driver, GateHost, Interrupt, Ledger, Record, RunSummary,
};
use sim::SimCloud;

use crate::args::{DeployArgs, Output, PlaceArgs, RunArgs};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::file::{Components, Prepared, check_gates, engine, prepare};
use crate::place::{Place, WORLD, cloud, is_unfinished, scenario};
use crate::terminal::{is_terminal, remark, say};
use crate::whoami;

/// deploy and undeploy.
pub(crate) async fn deploy(args: &DeployArgs, goal: Goal, output: Output) -> Result<u8, Failure> {
    let prepared = prepare(&args.file, cloud(&args.place)?)?;
    begin(&Place::open(&args.place)?, &args.place, &prepared, goal, output).await
}

/// A deployment in memory, whose story is the result.
pub(crate) async fn rehearse(args: &DeployArgs, output: Output) -> Result<u8, Failure> {
    let prepared = prepare(&args.file, crate::args::CloudKind::Sim)?;
    begin(&Place::in_memory(), &args.place, &prepared, Goal::Deploy, output).await
}

async fn begin(
    place: &Place,
    args: &PlaceArgs,
    prepared: &Prepared,
    goal: Goal,
    output: Output,
) -> Result<u8, Failure> {
    check_gates(prepared).await?;
    let scenario = scenario(args)?;
    let lease = place.ledger.acquire(WORLD, &whoami::holder()).await?;
    let plan = &prepared.plan;
    refuse_over_unfinished(place, &plan.service.key()).await?;
    let sim = SimCloud::open(&place.store, scenario, args.speed)?;
    let ground = sim.cloud().discovery.ground(plan).await?;
    if goal == Goal::Undeploy && ground.baseline.is_none() && !ground.init_exists {
        remark(output, &format!("nothing to undeploy: {} is not there", plan.service.name))?;
        return Ok(0);
    }
    let id = sim.new_deployment_id(plan)?;
    keep_components(place.ledger.as_ref(), prepared).await?;
    let began = began(plan, prepared, goal, ground);
    let feed = Feed::new(&id, output);
    let host = Arc::new(prepared.components.host(plan));
    let context = context(sim.cloud(), place, lease, host, feed.clone());
    let mut driver = Driver::begin(context, &id, began).await?;
    finish(driver.run().await, &feed)
}

/// A run that stands where a driver left it is not built upon.
async fn refuse_over_unfinished(place: &Place, service_key: &str) -> Result<(), Failure> {
    let own = |run: &RunSummary| run.service_key == service_key && is_unfinished(run);
    let Some(run) = place.run(None, own).await? else { return Ok(()) };
    let id = run.deployment;
    Err(Failure::new(
        40,
        format!(
            "deployment {id} of this service is unfinished and nobody drives it: \
             `ecs-crd resume {id} --cloud sim` goes on, `ecs-crd abort {id} --cloud sim` goes back"
        ),
    ))
}

/// The first line of a run's journal.
pub(crate) fn began(plan: &Plan, prepared: &Prepared, goal: Goal, ground: Ground) -> Began {
    let components = prepared.components.of(plan);
    Began {
        goal,
        plan_hash: plan.hash(),
        ground,
        file_text: prepared.text.clone(),
        parameters: prepared.parameters.clone(),
        components: components
            .map(|(gate, digest, _)| (gate.to_owned(), digest.to_owned()))
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        by: whoami::holder(),
        plan: plan.clone(),
    }
}

async fn keep_components(ledger: &dyn Ledger, prepared: &Prepared) -> Result<(), Failure> {
    for (_, digest, bytes) in prepared.components.of(&prepared.plan) {
        ledger.keep_component(digest, bytes).await?;
    }
    Ok(())
}

fn context(
    cloud: Cloud,
    place: &Place,
    lease: runner::Lease,
    gates: Arc<dyn GateHost>,
    feed: Feed,
) -> Context {
    let interrupt = Interrupt::default();
    tokio::spawn(hear_signals(interrupt.clone()));
    Context {
        cloud,
        ledger: place.ledger.clone(),
        gates,
        lease,
        follower: Box::new(feed),
        interrupt,
        interrupt_rolls_back: !is_terminal(),
    }
}

/// The first signal asks the driver to leave; a second of the same kind leaves at once. CI sends
/// SIGINT and then SIGTERM: together they are one.
async fn hear_signals(interrupt: Interrupt) {
    use tokio::signal::unix::{SignalKind, signal};
    let streams = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut int), Ok(mut term)) = streams else {
        return tracing::warn!("signals cannot be heard here");
    };
    let mut heard = BTreeMap::new();
    loop {
        let kind = tokio::select! {
            _ = int.recv() => "SIGINT",
            _ = term.recv() => "SIGTERM",
        };
        interrupt.ask();
        let count = heard.entry(kind).or_insert(0);
        *count += 1;
        if *count > 1 {
            crate::screen::leave();
            std::process::exit(40);
        }
    }
}

fn finish(drive: Result<DriveEnd, runner::DriveError>, feed: &Feed) -> Result<u8, Failure> {
    let end = drive.inspect_err(|_| feed.close())?;
    say(&feed.ending())?;
    Ok(end.exit_code)
}

/// Goes on with a run from its journal.
pub(crate) async fn resume(args: &RunArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::look(&args.place)?;
    match place.run(args.id.as_deref(), is_unfinished).await? {
        Some(run) if is_unfinished(&run) => {
            take_over(&place, &args.place, &run, None, output).await
        }
        Some(run) => {
            remark(output, &format!("nothing to resume: {} has ended", run.deployment))?;
            Ok(0)
        }
        None => {
            remark(output, "nothing to resume")?;
            Ok(0)
        }
    }
}

/// Takes a run whose driver has gone, says a word if there is one, and drives on.
pub(crate) async fn take_over(
    place: &Place,
    args: &PlaceArgs,
    run: &RunSummary,
    word: Option<Word>,
    output: Output,
) -> Result<u8, Failure> {
    let id = &run.deployment;
    let lease = match place.ledger.acquire(WORLD, &whoami::holder()).await {
        Err(runner::LedgerError::Held { holder, .. }) if word.is_none() => {
            let why = format!("{id} is being driven by {holder}; `ecs-crd pause` or `abort` it");
            return Err(Failure::new(30, why));
        }
        lease => lease?,
    };
    let host = Arc::new(host_of(place, id).await?);
    let sim = SimCloud::open(&place.store, scenario(args)?, args.speed)?;
    let feed = Feed::new(id, output);
    let context = context(sim.cloud(), place, lease, host, feed.clone());
    let mut driver = Driver::resume(context, id, &whoami::holder()).await?;
    let halted = matches!(driver.machine().state(), State::Halted(_));
    if let Some(word) = word.or(halted.then_some(Word::Resume)) {
        let refused = driver.say(word, &whoami::person()).await?;
        if let Some(refusal) = refused {
            return Err(Failure::new(4, refusal.to_string()));
        }
    }
    finish(driver.run().await, &feed)
}

/// The gates of a run as they were when it began, from the ledger.
async fn host_of(place: &Place, id: &str) -> Result<gates::Host, Failure> {
    let entries = place.ledger.entries(id, 0).await?;
    let mut components = Components::default();
    let Some(Record::Began(began)) = entries.first().map(|entry| &entry.record) else {
        return Err(Failure::new(1, format!("the journal of {id} does not begin with a plan")));
    };
    let engine = engine()?;
    for gate in &began.plan.gates {
        let Some(digest) = began.components.get(&gate.name) else { continue };
        let bytes = place.ledger.component(digest).await?;
        components.insert(&engine, &gate.plugin, bytes)?;
    }
    for (gate, digest, _) in components.of(&began.plan) {
        if began.components.get(gate).is_none_or(|begun_with| begun_with != digest) {
            let why =
                format!("the ledger's component of gate {gate} is not the one {id} began with");
            return Err(Failure::new(1, why));
        }
    }
    Ok(components.host(&began.plan))
}
