//! AWS's side of the command line: the connection, and the look before a deployment's first write.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws::{Aws, ConnectError, Connection, LeaseTimes, Options, Survey, SurveyError};
use manifest::Parameters;
use probes::Probes;
use rollout::{Goal, Ground, Machine, Plan, State};
use runner::{
    Began, CREDENTIALS_MARGIN_S, CallErrorKind, Cloud, Deployment, Entry, Interrupt, Lease, Ledger,
    Record, Story,
};
use sha2::{Digest, Sha256};

use crate::balancer_lease::UnderLeases;
use crate::failure::Failure;
use crate::file::Prepared;
use crate::terminal::complain;

/// Finds credentials and region, and asks whose account it is.
pub(crate) async fn connect(
    region: Option<&str>,
    speed: Option<f64>,
) -> Result<Connection, Failure> {
    let speed = speed.map(whole_speed).transpose()?;
    let options = Options { region: region.map(str::to_owned), speed };
    aws::connect(&options).await.map_err(|error| {
        let exit_code = match &error {
            ConnectError::NoRegion | ConnectError::NotLoopback(_) => 2,
            ConnectError::Call(call) => call.exit_code(),
        };
        Failure::new(exit_code, error.to_string())
    })
}

fn whole_speed(speed: f64) -> Result<u32, Failure> {
    let whole = (1..=1000).find(|whole| f64::from(*whole) == speed);
    whole.ok_or_else(|| Failure::usage("a speed on AWS is a whole number from 1 to 1000"))
}

/// Leases are shorter where the clock is faster.
pub(crate) fn lease_times(connection: &Connection) -> LeaseTimes {
    LeaseTimes::at_speed(connection.speed)
}

/// All ports, HTTP over the machine's own sockets.
pub(crate) fn cloud(aws: &Aws) -> Cloud {
    aws.cloud(Arc::new(Probes::system(Arc::new(aws.clone()))))
}

/// The same, to drive a deployment: stacks are made and removed under the leases of their
/// balancers, of which green's may be held already.
pub(crate) fn cloud_to_drive(aws: &Aws, ledger: &Arc<dyn Ledger>, green: Option<Lease>) -> Cloud {
    Cloud { stacks: Arc::new(UnderLeases::new(aws, ledger, green)), ..cloud(aws) }
}

/// The address that the internet sees us under.
pub(crate) async fn external_ip(connection: &Connection) -> Result<String, Failure> {
    let probes = Probes::system(Arc::new(Aws::new(connection.clone())));
    let address = probes::external_ip(&probes).await.map_err(|error| {
        let why = format!("the file uses {{{{external_ip}}}}: {error}; `--external-ip` names it");
        Failure::new(3, why)
    })?;
    Ok(address.to_string())
}

/// A run that would only go back at once is not begun, nor gone on with.
///
/// # Errors
/// Credentials that end within the margin (exit 3).
pub(crate) fn refuse_ending_credentials(connection: &Connection) -> Result<(), Failure> {
    let now = connection.clock.now();
    let interrupt = Interrupt::before_credentials_end(connection.expires_at);
    let Some(end) = interrupt.credentials_ending(now) else { return Ok(()) };
    let why = format!(
        "the credentials end in {} s, and nothing rises within {CREDENTIALS_MARGIN_S} s of their end: \
         renew them first",
        end.since_s(now)
    );
    Err(Failure::new(3, why))
}

/// A run whose stack is still to be made can be gone on with only if its secrets are at hand.
///
/// # Errors
/// What is needed (exit 2).
pub(crate) async fn can_go_on(aws: &Aws, id: &str, entries: &[Arc<Entry>]) -> Result<(), Failure> {
    let mut story = Story::of(id);
    for entry in entries {
        story.tell(entry).map_err(|error| Failure::new(1, error.to_string()))?;
    }
    let is_to_make = |machine: &Machine| {
        !machine.book().green_made && matches!(machine.state(), State::Provisioning(_))
    };
    let Some(Entry { at, record: Record::Began(began), .. }) = entries.first().map(Arc::as_ref)
    else {
        return Ok(());
    };
    if !story.machine().is_some_and(is_to_make) {
        return Ok(());
    }
    let deployment = Deployment::of(id, *at, began);
    aws.check_secrets(&deployment).await.map_err(|error| match error.kind {
        CallErrorKind::Refused => Failure::usage(error.to_string()),
        _ => Failure::from(error),
    })
}

/// The account as a run's own file has it, which may name a role for its records. A file that this
/// version cannot read says nothing.
pub(crate) fn of(connection: &Connection, began: Option<&Began>) -> Aws {
    let file = began.and_then(|began| {
        let parsed = manifest::parse("the file it began with", &began.file_text).ok()?;
        parsed.resolve(&parameters_of(began)).ok()
    });
    match file {
        Some(file) => Aws::with_file(connection.clone(), file),
        None => Aws::new(connection.clone()),
    }
}

/// What the templates of a run's file were filled in with when it began.
pub(crate) fn parameters_of(began: &Began) -> Parameters {
    let kept = |name: &str| began.parameters.get(name).cloned();
    Parameters {
        environment: began.plan.service.environment.clone(),
        region: began.plan.service.region.clone(),
        account_id: kept("account_id").unwrap_or_default(),
        external_ip: kept("external_ip"),
    }
}

/// Tells the topic of a deployment that could not begin, unless it was never one.
pub(crate) async fn tell(aws: &Aws, plan: &Plan, goal: Goal, failure: &Failure) {
    if matches!(failure.exit_code, 2 | 30) {
        return;
    }
    let account = &aws.connection().account.id;
    let (exit_code, why) = (failure.exit_code, failure.message.as_str());
    if let Err(error) = runner::tell_unbegun(aws, plan, goal, account, exit_code, why).await {
        complain(&format!("people could not be told: {error}"));
    }
}

/// What was found before a deployment's first write.
pub(crate) struct Found {
    pub(crate) ground: Ground,
    /// Whether anything of the service stands here.
    pub(crate) stands: bool,
    /// What a release needs; an undeployment needs nothing.
    pub(crate) survey: Option<Survey>,
}

/// Looks for all that a deployment needs. Writes nothing.
///
/// # Errors
/// What is missing or in the way (exit 3); a service that stands in another region (exit 2).
pub(crate) async fn look_over(
    aws: &Aws,
    prepared: &Prepared,
    goal: Goal,
    id: &str,
    region_is_named: bool,
) -> Result<Found, Failure> {
    let plan = &prepared.plan;
    let ground = cloud(aws).discovery.ground(plan).await?;
    let is_known = ground.baseline.is_some() || ground.init_exists;
    let stands = is_known || aws.a_release_stands(plan).await?;
    if !region_is_named && !stands {
        match aws.elsewhere(plan).await {
            Ok(None) => {}
            Ok(Some(why)) => return Err(Failure::usage(why)),
            // An account may be closed to that region, where the service then cannot stand.
            Err(error) => complain(&format!(
                "whether {} stands in another region cannot be seen, `-r` says which is meant: {error}",
                plan.service.name
            )),
        }
    }
    if goal == Goal::Undeploy {
        return Ok(Found { ground, stands, survey: None });
    }
    let survey = aws.survey(plan, &ground, id).await.map_err(|error| match error {
        SurveyError::Call(error) => Failure::from(error),
        SurveyError::Refused(refusals) => {
            let places: Vec<_> =
                refusals.iter().map(|it| (it.at.clone(), it.what.clone())).collect();
            let shown = Failure::from(prepared.refused("account", &places));
            Failure { exit_code: 3, ..shown }
        }
    })?;
    Ok(Found { ground, stands, survey: Some(survey) })
}

/// A new deployment's id: `aws-` and ten hexadecimal digits.
pub(crate) fn new_id(service_key: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = format!("{service_key} {} {}", now.as_nanos(), std::process::id());
    let digits = Sha256::digest(seed).iter().take(5).map(|it| format!("{it:02x}")).collect();
    let digits: String = digits;
    format!("aws-{digits}")
}
