//! `dry-run`: everything up to the first write, and what the rollout should come to.

use aws::{Aws, Survey};
use report::{DryRun, ResourceDifference, Templates, difference, dry_run as text};
use rollout::{EpochS, Goal, Ground, Stack};
use runner::{Cloud, Deployment, recent_traffic};
use sim::SimCloud;
use stack::{Change, Fate, release_changes};

use crate::args::{DeployArgs, Output};
use crate::failure::Failure;
use crate::file::{Prepared, read};
use crate::forecast::{assumed, rehearse};
use crate::on_aws;
use crate::place::{Place, World};
use crate::run::parameters;
use crate::simulated::scenario;
use crate::terminal::{columns, complain, say};

/// Minutes over which blue's traffic is measured.
const MEASURED_MIN: u32 = 15;
/// What a deployment's id is while there is none.
const NO_ID: &str = "dry-run";

/// What a deployment would do, without a write of any kind.
pub(crate) async fn dry_run(args: &DeployArgs, output: Output) -> Result<u8, Failure> {
    let read = read(&args.file)?;
    read.check(&args.file).await?;
    let place = Place::look(&args.place, args.file.region.as_deref()).await?;
    let parameters = parameters(&place, args, &read).await?;
    let prepared = read.prepared(parameters)?;
    let site = match &place.world {
        World::Sim(store) => {
            let cloud = SimCloud::look_under(store, scenario(&args.place)?)?.cloud();
            let ground = cloud.discovery.ground(&prepared.plan).await?;
            Site { cloud, ground, templates: None, resources: Vec::new(), credentials_end_at: None }
        }
        World::Aws(connection) => {
            let aws = Aws::with_file(*connection.clone(), prepared.file.clone()).looking();
            on_the_account(&aws, &prepared, args.file.region.is_some()).await?
        }
    };
    let run = found(&place, site, prepared).await?;
    let text = match output {
        Output::Human => text(&run, columns()),
        Output::Json => {
            let line = serde_json::to_string(&run);
            line.map_err(|error| Failure::new(1, error.to_string()))? + "\n"
        }
    };
    say(&text)?;
    Ok(0)
}

/// What a cloud says before the first write.
struct Site {
    cloud: Cloud,
    ground: Ground,
    templates: Option<Templates>,
    resources: Vec<ResourceDifference>,
    credentials_end_at: Option<EpochS>,
}

async fn on_the_account(
    aws: &Aws,
    prepared: &Prepared,
    region_is_named: bool,
) -> Result<Site, Failure> {
    let found = on_aws::look_over(aws, prepared, Goal::Deploy, NO_ID, region_is_named).await?;
    let mut site = Site {
        cloud: on_aws::cloud(aws),
        ground: found.ground,
        templates: None,
        resources: Vec::new(),
        credentials_end_at: aws.connection().expires_at,
    };
    let Some(Survey { green, init, .. }) = found.survey else { return Ok(site) };
    if let Some(blue) = &site.ground.baseline {
        let deployed = aws.deployed(&prepared.plan.service, Stack::Green, &blue.label).await?;
        let changes = deployed.map(|deployed| release_changes(&deployed, &green.template));
        site.resources = changes.unwrap_or_default().into_iter().map(in_words).collect();
    }
    site.templates = Some(Templates { green: green.template, init: init.template });
    Ok(site)
}

fn in_words(change: stack::ResourceChange) -> ResourceDifference {
    let said = match &change.fate {
        Fate::Added => vec!["new".to_owned()],
        Fate::Removed => vec!["gone".to_owned()],
        Fate::Changed(changes) => changes.iter().map(value_in_words).collect(),
    };
    ResourceDifference { id: change.id, kind: change.kind, said }
}

fn value_in_words(change: &Change) -> String {
    let at = change.at.trim_start_matches("/Properties/");
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{at} {before} -> {after}"),
        (None, Some(after)) => format!("{at} is new: {after}"),
        (before, None) => {
            let before = before.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{at} goes: {before}")
        }
    }
}

async fn found(place: &Place, site: Site, prepared: Prepared) -> Result<DryRun, Failure> {
    let plan = &prepared.plan;
    let Site { cloud, ground, templates, resources, credentials_end_at } = site;
    let standing = cloud.discovery.standing(plan).await?;
    let deployment = Deployment {
        id: NO_ID.to_owned(),
        started_at: cloud.clock.now(),
        plan: plan.clone().into(),
        ground: ground.clone().into(),
        file_text: prepared.text().into(),
        parameters: prepared.kept_parameters().into(),
    };
    let traffic = match ground.baseline {
        None => None,
        Some(_) => {
            recent_traffic(&cloud, &deployment, MEASURED_MIN).await.unwrap_or_else(|error| {
                complain(&format!("blue's traffic cannot be measured: {error}"));
                None
            })
        }
    };
    let forecast = rehearse(place, &prepared, &ground, traffic.as_ref()).await?;
    Ok(DryRun {
        difference: difference(plan, &ground),
        standing,
        traffic: assumed(traffic.as_ref()),
        forecast,
        templates,
        resources,
        now: cloud.clock.now(),
        credentials_end_at,
        ground,
        plan: plan.clone(),
    })
}
