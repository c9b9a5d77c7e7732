//! Where a run takes place: a cloud, simulated or AWS, and the ledger that goes with it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws::{Connection, DynamoLedger};
use ledger::{SqliteLedger, SqliteWorldStore};
use manifest::Parameters;
use rollout::EpochS;
use runner::{Began, Cloud, Ledger, MemoryLedger, RunSummary};
use sim::{MemoryWorld, SimCloud, Store};

use crate::args::{CloudKind, FileArgs, PlaceArgs, WhichArgs};
use crate::failure::Failure;
use crate::file::{is_named, service_key};
use crate::{on_aws, simulated};

/// What is leased of the simulated cloud: one driver a world.
pub(crate) const WORLD: &str = "world";
/// The ledger's table on AWS, where the flags do not say.
const TABLE: &str = "ecs_crd_ledger";

/// A ledger and a cloud.
pub(crate) struct Place {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) world: World,
    kept: Kept,
}

/// The cloud of a place.
pub(crate) enum World {
    /// A simulated one, kept there.
    Sim(Store),
    /// An account in a region.
    Aws(Box<Connection>),
}

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    Memory,
    Sqlite(PathBuf),
    Dynamo(String),
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kept::Memory => write!(f, "in memory"),
            Kept::Sqlite(path) => write!(f, "{}", path.display()),
            Kept::Dynamo(table) => write!(f, "dynamodb:{table}"),
        }
    }
}

impl Place {
    /// The place the flags name, to drive a run there: made where it is not there yet.
    pub(crate) async fn open(args: &PlaceArgs, region: Option<&str>) -> Result<Self, Failure> {
        let kind = args.cloud.unwrap_or(CloudKind::Aws);
        let kept = kept(args, kind)?;
        let world = world(args, kind, region, &kept).await?;
        Place::at(kept, world)
    }

    /// The place the flags name, to look at it: where there is none, an empty one, and no file is
    /// made.
    pub(crate) async fn look(args: &PlaceArgs, region: Option<&str>) -> Result<Self, Failure> {
        let kind = args.cloud.unwrap_or(CloudKind::Aws);
        let kept = kept(args, kind)?;
        if let Kept::Sqlite(path) = &kept
            && matches!(path.try_exists(), Ok(false))
        {
            let world = match kind {
                CloudKind::Sim => World::Sim(Store::Memory(MemoryWorld::default())),
                CloudKind::Aws => world(args, kind, region, &kept).await?,
            };
            return Ok(Place { ledger: Arc::new(MemoryLedger::new()), world, kept });
        }
        let world = world(args, kind, region, &kept).await?;
        Place::at(kept, world)
    }

    /// The place of the run that is meant: its id says itself whether it is a simulated one.
    pub(crate) async fn of(which: &WhichArgs) -> Result<Self, Failure> {
        let cloud = match which.id.as_deref().and_then(|id| id.split_once('-')) {
            Some(("sim", _)) => Some(CloudKind::Sim),
            Some(("aws", _)) => Some(CloudKind::Aws),
            _ => which.place.cloud,
        };
        let args = PlaceArgs { cloud, ..which.place.clone() };
        Place::look(&args, which.file.region.as_deref()).await
    }

    fn at(kept: Kept, world: World) -> Result<Self, Failure> {
        let ledger: Arc<dyn Ledger> = match (&kept, &world) {
            (Kept::Memory, _) => Arc::new(MemoryLedger::new()),
            (Kept::Sqlite(path), _) => Arc::new(SqliteLedger::open(path)?),
            (Kept::Dynamo(table), World::Aws(connection)) => {
                let times = on_aws::lease_times(connection);
                Arc::new(DynamoLedger::new((**connection.clients.dynamodb).clone(), table, times))
            }
            (Kept::Dynamo(_), World::Sim(_)) => return Err(only_sqlite()),
        };
        Ok(Place { ledger, world, kept })
    }

    /// A simulated place that ends with the process.
    pub(crate) fn in_memory() -> Self {
        Place {
            ledger: Arc::new(MemoryLedger::new()),
            world: World::Sim(Store::Memory(MemoryWorld::default())),
            kept: Kept::Memory,
        }
    }

    /// How often a ledger is asked for news: of one that costs a call each time, no more often than
    /// its driver looks.
    pub(crate) fn ask_every(&self) -> Duration {
        const LOCAL: Duration = Duration::from_millis(100);
        match (&self.kept, &self.world) {
            (Kept::Dynamo(_), World::Aws(connection)) => {
                (Duration::from_secs(1) / connection.speed).max(LOCAL)
            }
            _ => LOCAL,
        }
    }

    /// When the credentials end, where that is known and they cannot be renewed.
    pub(crate) fn credentials_end_at(&self) -> Option<EpochS> {
        match &self.world {
            World::Sim(_) => None,
            World::Aws(connection) => connection.expires_at,
        }
    }

    /// What a driver leases for a service: a simulated world has one driver in all.
    pub(crate) fn lease_key<'a>(&self, service_key: &'a str) -> &'a str {
        match self.world {
            World::Sim(_) => WORLD,
            World::Aws(_) => service_key,
        }
    }

    /// The cloud as a run sees it, to look at it: nothing can be written there.
    pub(crate) fn cloud_to_look_at(&self, began: Option<&Began>) -> Result<Cloud, Failure> {
        match &self.world {
            World::Sim(store) => Ok(SimCloud::look(store)?.cloud()),
            World::Aws(connection) => Ok(on_aws::cloud(&on_aws::of(connection, began))),
        }
    }

    /// The cloud's time: of a simulated one, where its driver has brought it.
    pub(crate) fn now(&self) -> Result<EpochS, Failure> {
        match &self.world {
            World::Sim(store) => Ok(SimCloud::look(store)?.cloud().clock.now()),
            World::Aws(connection) => Ok(connection.clock.now()),
        }
    }

    /// What the templates of a file are filled in with here; but for this machine's address, for
    /// which others would have to be asked.
    pub(crate) fn parameters(&self, args: &FileArgs) -> Result<Parameters, Failure> {
        match &self.world {
            World::Sim(_) => simulated::parameters(args),
            World::Aws(connection) => Ok(Parameters {
                region: connection.region.clone(),
                account_id: connection.account.id.clone(),
                ..simulated::parameters(args)?
            }),
        }
    }

    /// What to say where no run is found.
    pub(crate) fn emptiness(&self) -> String {
        match (&self.kept, &self.world) {
            (Kept::Sqlite(path), _) if !path.exists() => {
                format!("no deployment yet: the ledger {} is not there", path.display())
            }
            (Kept::Memory, _) => "no deployment yet".to_owned(),
            (kept, World::Sim(_)) => format!("no such deployment in the ledger {kept}"),
            (kept, World::Aws(connection)) => {
                let (account, region) = (&connection.account.id, &connection.region);
                format!("no such deployment in the ledger {kept} of account {account}, {region}")
            }
        }
    }

    /// The run of that id; without one, the newest that fits.
    pub(crate) async fn run(
        &self,
        id: Option<&str>,
        fits: impl Fn(&RunSummary) -> bool,
    ) -> Result<Option<RunSummary>, Failure> {
        let runs = self.ledger.runs().await?;
        match id {
            None => Ok(runs.into_iter().find(fits)),
            Some(id) => match runs.into_iter().find(|run| run.deployment == id) {
                None => Err(Failure::usage(format!("the ledger knows no deployment {id}"))),
                found => Ok(found),
            },
        }
    }

    /// The run that is meant: of that id, else the latest that fits of the file's service, else
    /// the latest that fits.
    pub(crate) async fn meant(
        &self,
        which: &WhichArgs,
        fits: impl Fn(&RunSummary) -> bool,
    ) -> Result<Option<RunSummary>, Failure> {
        let key = match which.id {
            Some(_) => None,
            None => self.service_key(&which.file)?,
        };
        let is_own = |run: &RunSummary| key.as_ref().is_none_or(|key| *key == run.service_key);
        self.run(which.id.as_deref(), |run| is_own(run) && fits(run)).await
    }

    /// The key of the service whose file the flags name; none where they name none.
    pub(crate) fn service_key(&self, args: &FileArgs) -> Result<Option<String>, Failure> {
        match is_named(args) {
            true => Ok(Some(service_key(args, &self.parameters(args)?)?)),
            false => Ok(None),
        }
    }
}

/// A ledger to read past runs from; a file that is not there is not made.
pub(crate) async fn past_ledger(
    spec: &str,
    region: Option<&str>,
) -> Result<Arc<dyn Ledger>, Failure> {
    match named(spec)? {
        Kept::Sqlite(path) if !path.exists() => {
            Err(Failure::usage(format!("the ledger {} is not there", path.display())))
        }
        Kept::Sqlite(path) => Ok(Arc::new(SqliteLedger::open(&path)?)),
        kept => {
            let connection = on_aws::connect(region, None).await?;
            Ok(Place::at(kept, World::Aws(Box::new(connection)))?.ledger)
        }
    }
}

/// A run that waits for somebody: without an end, or halted.
pub(crate) fn is_unfinished(run: &RunSummary) -> bool {
    matches!(run.exit_code, None | Some(20))
}

async fn world(
    args: &PlaceArgs,
    kind: CloudKind,
    region: Option<&str>,
    kept: &Kept,
) -> Result<World, Failure> {
    match (kind, kept) {
        (CloudKind::Aws, _) => {
            let connection = on_aws::connect(region, args.speed).await?;
            Ok(World::Aws(Box::new(connection)))
        }
        (CloudKind::Sim, Kept::Sqlite(path)) => {
            Ok(World::Sim(Store::Bytes(Arc::new(SqliteWorldStore::open(path)?))))
        }
        (CloudKind::Sim, _) => Err(only_sqlite()),
    }
}

fn only_sqlite() -> Failure {
    Failure::usage("the simulated cloud is kept beside its ledger: --ledger sqlite:PATH")
}

fn kept(args: &PlaceArgs, kind: CloudKind) -> Result<Kept, Failure> {
    let Some(spec) = &args.ledger else {
        return Ok(match kind {
            CloudKind::Sim => Kept::Sqlite(simulated::default_ledger()?),
            CloudKind::Aws => Kept::Dynamo(TABLE.to_owned()),
        });
    };
    named(spec)
}

/// The ledger of a flag.
fn named(spec: &str) -> Result<Kept, Failure> {
    match spec.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Kept::Sqlite(Path::new(path).into())),
        Some(("dynamodb", table)) if is_table(table) => Ok(Kept::Dynamo(table.to_owned())),
        _ => Err(Failure::usage(format!("`{spec}` is no ledger: sqlite:PATH or dynamodb:TABLE"))),
    }
}

/// What DynamoDB allows as a table's name ("Naming rules and data types").
fn is_table(name: &str) -> bool {
    let fits = |it: char| it.is_ascii_alphanumeric() || "_-.".contains(it);
    (3..=255).contains(&name.len()) && name.chars().all(fits)
}
