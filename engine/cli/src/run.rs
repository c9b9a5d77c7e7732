//! Commands that drive: deploy, undeploy, rehearse, resume, and a person's word to a run whose
//! driver has gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::Aws;
use manifest::Parameters;
use rollout::{Goal, Ground, Plan, State, Word};
use runner::{
    Began, Cloud, Context, DriveEnd, Driver, Entry, Follower, GateHost, Interrupt, Lease, Ledger,
    LedgerError, Record, RunSummary,
};
use sim::{SimCloud, Store};

use crate::args::{DeployArgs, Output, PlaceArgs, WhichArgs};
use crate::balancer_lease::{self, UntilStack};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::file::{Components, Prepared, Read, engine, is_named, read, same_file};
use crate::place::{Place, World, is_unfinished};
use crate::simulated::{self, scenario};
use crate::terminal::{is_terminal, remark, say};
use crate::{on_aws, whoami};

/// deploy and undeploy.
pub(crate) async fn deploy(args: &DeployArgs, goal: Goal, output: Output) -> Result<u8, Failure> {
    let read = read(&args.file)?;
    read.check(&args.file).await?;
    let place = Place::open(&args.place, args.file.region.as_deref()).await?;
    let parameters = match goal {
        Goal::Deploy => parameters(&place, args, &read).await?,
        Goal::Undeploy => place.parameters(&args.file)?,
    };
    begin(&place, args, &read.prepared(parameters)?, goal, output).await
}

/// A deployment in memory, whose story is the result.
pub(crate) async fn rehearse(args: &DeployArgs, output: Output) -> Result<u8, Failure> {
    let read = read(&args.file)?;
    read.check(&args.file).await?;
    let prepared = read.prepared(simulated::parameters(&args.file)?)?;
    begin(&Place::in_memory(), args, &prepared, Goal::Deploy, output).await
}

/// What templates are filled in with. This machine's address is asked for only if the file uses it.
pub(crate) async fn parameters(
    place: &Place,
    args: &DeployArgs,
    read: &Read,
) -> Result<Parameters, Failure> {
    let mut parameters = place.parameters(&args.file)?;
    if let World::Aws(connection) = &place.world
        && args.file.external_ip.is_none()
        && read.uses_external_ip()
    {
        parameters.external_ip = Some(on_aws::external_ip(connection).await?);
    }
    Ok(parameters)
}

async fn begin(
    place: &Place,
    args: &DeployArgs,
    prepared: &Prepared,
    goal: Goal,
    output: Output,
) -> Result<u8, Failure> {
    let begun = match &place.world {
        World::Sim(store) => begin_simulated(place, store, args, prepared, goal, output).await,
        World::Aws(connection) => {
            let aws = Aws::with_file(*connection.clone(), prepared.file.clone());
            let begun = begin_on_aws(place, &aws, args, prepared, goal, output).await;
            if let Err(failure) = &begun {
                on_aws::tell(&aws, &prepared.plan, goal, failure).await;
            }
            begun
        }
    };
    match begun? {
        Some((mut driver, feed)) => finish(driver.run().await, &feed),
        None => {
            let name = &prepared.plan.service.name;
            remark(output, &format!("nothing to undeploy: {name} is not there"))?;
            Ok(0)
        }
    }
}

/// A run that has begun, and what shows it; none where there is nothing to undeploy.
type Begun = Option<(Driver, Feed)>;

/// Where a run begins.
struct Start {
    cloud: Cloud,
    id: String,
    ground: Ground,
    lease: Lease,
    /// Of the balancer, until the stack stands.
    second: Option<Lease>,
    /// What was found and has to be kept.
    found: BTreeMap<String, String>,
}

async fn begin_simulated(
    place: &Place,
    store: &Store,
    args: &DeployArgs,
    prepared: &Prepared,
    goal: Goal,
    output: Output,
) -> Result<Begun, Failure> {
    let plan = &prepared.plan;
    let scenario = scenario(&args.place)?;
    let key = plan.service.key();
    let lease = place.ledger.acquire(place.lease_key(&key), &whoami::holder()).await?;
    refuse_over_unfinished(place, &key).await?;
    let sim = SimCloud::open(store, scenario, args.place.speed)?;
    let cloud = sim.cloud();
    let ground = cloud.discovery.ground(plan).await?;
    if is_nothing(goal, &ground) {
        return Ok(None);
    }
    let id = sim.new_deployment_id(plan)?;
    let start = Start { cloud, id, ground, lease, second: None, found: BTreeMap::new() };
    start.begin(place, prepared, goal, output).await.map(Some)
}

/// Everything is looked for twice: before the first write of any kind, so that what is missing is
/// told and nothing was touched, and again under the leases, when nobody else can change it.
async fn begin_on_aws(
    place: &Place,
    aws: &Aws,
    args: &DeployArgs,
    prepared: &Prepared,
    goal: Goal,
    output: Output,
) -> Result<Begun, Failure> {
    let key = prepared.plan.service.key();
    let id = on_aws::new_id(&key);
    let region_is_named = args.file.region.is_some();
    let look = async || {
        let look = aws.looking();
        on_aws::look_over(&look, prepared, goal, &id, region_is_named).await
    };
    let ledger = &place.ledger;
    refuse_over_known(place, &key).await?;
    let first = look().await?;
    if is_nothing(goal, &first.ground) {
        return Ok(None);
    }
    let lease = ledger.acquire(place.lease_key(&key), &whoami::holder()).await.map_err(unbegun)?;
    let start = async |second: Option<&Lease>| {
        let found = look().await?;
        let start = Start {
            cloud: on_aws::cloud(aws),
            id: id.clone(),
            ground: found.ground,
            lease: lease.clone(),
            second: second.cloned(),
            found: found.survey.map(|survey| survey.parameters()).unwrap_or_default(),
        };
        start.begin(place, prepared, goal, output).await.map(Some)
    };
    let begin = async {
        refuse_over_unfinished(place, &key).await?;
        let Some(survey) = &first.survey else { return start(None).await };
        let balancer = aws::lease_name(&survey.found.green.arn);
        let second = balancer_lease::take(ledger, &balancer, output).await?;
        let begun = start(Some(&second)).await;
        if begun.is_err() {
            ledger.release(&second).await?;
        }
        begun
    };
    let begun = begin.await;
    if begun.is_err() {
        ledger.release(&lease).await?;
    }
    begun
}

/// A ledger that cannot be used lacks something, and nothing was written yet.
fn unbegun(error: LedgerError) -> Failure {
    match error {
        LedgerError::Held { .. } => Failure::from(error),
        error => Failure::new(3, error.to_string()),
    }
}

fn is_nothing(goal: Goal, ground: &Ground) -> bool {
    goal == Goal::Undeploy && ground.baseline.is_none() && !ground.init_exists
}

impl Start {
    async fn begin(
        self,
        place: &Place,
        prepared: &Prepared,
        goal: Goal,
        output: Output,
    ) -> Result<(Driver, Feed), Failure> {
        let plan = &prepared.plan;
        keep_components(place.ledger.as_ref(), prepared).await?;
        let mut began = began(plan, prepared, goal, self.ground);
        began.parameters.extend(self.found);
        let feed = Feed::new(&self.id, output);
        let host = Arc::new(prepared.components.host(plan));
        let follower =
            UntilStack { follower: feed.clone(), ledger: place.ledger.clone(), lease: self.second };
        let context = context(self.cloud, place, self.lease, host, Box::new(follower));
        let driver = Driver::begin(context, &self.id, began).await?;
        Ok((driver, feed))
    }
}

/// Who drives this service, or has left it, says more than what stands there because of them. A
/// lease is taken only where the ledger knows of somebody: elsewhere nothing is written yet.
async fn refuse_over_known(place: &Place, service_key: &str) -> Result<(), Failure> {
    let ledger = &place.ledger;
    let is_held = ledger.holder(service_key).await.map_err(unbegun)?.is_some();
    if !is_held && unfinished(place, service_key).await?.is_none() {
        return Ok(());
    }
    let lease = ledger.acquire(service_key, &whoami::holder()).await?;
    let refused = refuse_over_unfinished(place, service_key).await;
    ledger.release(&lease).await?;
    refused
}

/// The run of a service that a driver has left.
async fn unfinished(place: &Place, service_key: &str) -> Result<Option<RunSummary>, Failure> {
    let own = |run: &RunSummary| run.service_key == service_key && is_unfinished(run);
    place.run(None, own).await
}

/// A run that stands where a driver left it is not built upon.
async fn refuse_over_unfinished(place: &Place, service_key: &str) -> Result<(), Failure> {
    let Some(run) = unfinished(place, service_key).await? else { return Ok(()) };
    let id = run.deployment;
    Err(Failure::new(
        40,
        format!(
            "deployment {id} of this service is unfinished and nobody drives it: \
             `ecs-crd resume {id}` goes on, `ecs-crd abort {id}` goes back"
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
        file_text: prepared.text().to_owned(),
        parameters: prepared.kept_parameters(),
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
    lease: Lease,
    gates: Arc<dyn GateHost>,
    follower: Box<dyn Follower>,
) -> Context {
    let interrupt = Interrupt::default();
    tokio::spawn(hear_signals(interrupt.clone()));
    Context {
        cloud,
        ledger: place.ledger.clone(),
        gates,
        lease,
        follower,
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
pub(crate) async fn resume(which: &WhichArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::of(which).await?;
    match place.meant(which, is_unfinished).await? {
        Some(run) if is_unfinished(&run) => take_over(&place, which, &run, None, output).await,
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
    which: &WhichArgs,
    run: &RunSummary,
    word: Option<Word>,
    output: Output,
) -> Result<u8, Failure> {
    let id = &run.deployment;
    let key = place.lease_key(&run.service_key);
    let lease = match place.ledger.acquire(key, &whoami::holder()).await {
        Err(LedgerError::Held { holder, .. }) if word.is_none() => {
            let why = format!("{id} is being driven by {holder}; `ecs-crd pause` or `abort` it");
            return Err(Failure::new(30, why));
        }
        lease => lease?,
    };
    let resumed = resumed(place, which, id, lease.clone(), word, output).await;
    match resumed {
        Ok((mut driver, feed)) => finish(driver.run().await, &feed),
        Err(failure) => {
            place.ledger.release(&lease).await?;
            Err(failure)
        }
    }
}

async fn resumed(
    place: &Place,
    which: &WhichArgs,
    id: &str,
    lease: Lease,
    word: Option<Word>,
    output: Output,
) -> Result<(Driver, Feed), Failure> {
    let entries = place.ledger.entries(id, 0).await?;
    let began = began_with(id, &entries)?;
    let host = Arc::new(host_of(place, id, &began).await?);
    let (cloud, aws) = cloud_to_go_on(place, which, &began, word)?;
    if let (Some(aws), None | Some(Word::Promote)) = (&aws, word) {
        on_aws::can_go_on(aws, id, &entries).await?;
    }
    let feed = Feed::new(id, output);
    let context = context(cloud, place, lease, host, Box::new(feed.clone()));
    let mut driver = Driver::resume(context, id, &whoami::holder()).await?;
    let halted = matches!(driver.machine().state(), State::Halted(_));
    if let Some(word) = word.or(halted.then_some(Word::Resume)) {
        let refused = driver.say(word, &whoami::person()).await?;
        if let Some(refusal) = refused {
            return Err(Failure::new(4, refusal.to_string()));
        }
    }
    Ok((driver, feed))
}

fn cloud_to_go_on(
    place: &Place,
    which: &WhichArgs,
    began: &Began,
    word: Option<Word>,
) -> Result<(Cloud, Option<Aws>), Failure> {
    let args: &PlaceArgs = &which.place;
    match &place.world {
        World::Sim(store) => {
            Ok((SimCloud::open(store, scenario(args)?, args.speed)?.cloud(), None))
        }
        World::Aws(connection) => {
            let connection = *connection.clone();
            // To go back no file is needed: there it says no more than which service is meant.
            let aws = match is_named(&which.file) && word != Some(Word::Abort) {
                true => {
                    let parameters = on_aws::parameters_of(began);
                    let file = same_file(&which.file, &parameters, &began.file_text)?;
                    Aws::with_file(connection, file)
                }
                false => Aws::new(connection),
            };
            Ok((on_aws::cloud(&aws), Some(aws)))
        }
    }
}

/// What a run began with.
fn began_with(id: &str, entries: &[Arc<Entry>]) -> Result<Began, Failure> {
    match entries.first().map(|entry| &entry.record) {
        Some(Record::Began(began)) => Ok(*began.clone()),
        _ => Err(Failure::new(1, format!("the journal of {id} does not begin with a plan"))),
    }
}

/// The gates of a run as they were when it began, from the ledger.
async fn host_of(place: &Place, id: &str, began: &Began) -> Result<gates::Host, Failure> {
    let mut components = Components::default();
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
