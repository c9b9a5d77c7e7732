//! Commands that begin to drive: deploy, undeploy, rehearse.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::Aws;
use manifest::Parameters;
use rollout::{Goal, Ground, Plan};
use runner::{
    Began, Cloud, Context, DriveEnd, Driver, Follower, GateHost, Interrupt, Lease, Ledger,
    LedgerError, RunSummary,
};
use sim::{SimCloud, Store};

use crate::args::{DeployArgs, Output};
use crate::balancer_lease;
use crate::failure::Failure;
use crate::feed::Feed;
use crate::file::{Prepared, Read, read};
use crate::place::{Place, World, is_unfinished};
use crate::simulated::{self, scenario};
use crate::terminal::{complain, is_terminal, remark, say};
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
    if goal == Goal::Undeploy && ground.baseline.is_none() && !ground.init_exists {
        return Ok(None);
    }
    let id = sim.new_deployment_id(plan)?;
    let start = Start { cloud, id, ground, lease, found: BTreeMap::new() };
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
    if goal == Goal::Deploy {
        on_aws::refuse_ending_credentials(aws.connection())?;
    }
    let first = look().await?;
    if goal == Goal::Undeploy && !first.stands {
        return Ok(None);
    }
    let lease = ledger.acquire(place.lease_key(&key), &whoami::holder()).await.map_err(unbegun)?;
    let start = async |second: Option<&Lease>| {
        let found = look().await?;
        let start = Start {
            cloud: on_aws::cloud_to_drive(aws, ledger, second.cloned()),
            id: id.clone(),
            ground: found.ground,
            lease: lease.clone(),
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
            give_back(ledger.as_ref(), &second).await;
        }
        begun
    };
    let begun = begin.await;
    if begun.is_err() {
        give_back(ledger.as_ref(), &lease).await;
    }
    begun
}

/// Gives a lease back after a failure, which is what a person has to hear of. A lease that is not
/// given back runs out by itself.
pub(crate) async fn give_back(ledger: &dyn Ledger, lease: &Lease) {
    if let Err(error) = ledger.release(lease).await {
        complain(&format!("the lease of {} was not given back: {error}", lease.key));
    }
}

/// A ledger that cannot be used lacks something, and nothing was written yet.
fn unbegun(error: LedgerError) -> Failure {
    match error {
        LedgerError::Held { .. } => Failure::from(error),
        error => Failure::new(3, error.to_string()),
    }
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
        let context = context(self.cloud, place, self.lease, host, Box::new(feed.clone()));
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

pub(crate) fn context(
    cloud: Cloud,
    place: &Place,
    lease: Lease,
    gates: Arc<dyn GateHost>,
    follower: Box<dyn Follower>,
) -> Context {
    let interrupt = Interrupt::before_credentials_end(place.credentials_end_at());
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

/// The exit code of a drive, once its story is told.
pub(crate) fn finish(
    drive: Result<DriveEnd, runner::DriveError>,
    feed: &Feed,
) -> Result<u8, Failure> {
    let end = drive.inspect_err(|_| feed.close())?;
    say(&feed.ending())?;
    Ok(end.exit_code)
}
