//! `dry-run`: everything up to the first write, and what the rollout should come to.

use report::{DryRun, difference, dry_run as text};
use runner::{Cloud, Deployment, recent_traffic};
use sim::SimCloud;

use crate::args::{DeployArgs, Output};
use crate::failure::Failure;
use crate::file::{Prepared, check_gates, prepare};
use crate::forecast::{assumed, rehearse};
use crate::place::{Place, cloud, scenario};
use crate::terminal::{columns, complain, say};

/// Minutes over which blue's traffic is measured.
const MEASURED_MIN: u32 = 15;

/// What a deployment would do, without a write of any kind.
pub(crate) async fn dry_run(args: &DeployArgs, output: Output) -> Result<u8, Failure> {
    let prepared = prepare(&args.file, cloud(&args.place)?)?;
    check_gates(&prepared).await?;
    let place = Place::look(&args.place)?;
    let cloud = SimCloud::look_under(&place.store, scenario(&args.place)?)?.cloud();
    let run = found(&place, &cloud, prepared).await?;
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

async fn found(place: &Place, cloud: &Cloud, prepared: Prepared) -> Result<DryRun, Failure> {
    let plan = &prepared.plan;
    let ground = cloud.discovery.ground(plan).await?;
    let standing = cloud.discovery.standing(plan).await?;
    let deployment = Deployment {
        id: "dry-run".to_owned(),
        started_at: cloud.clock.now(),
        plan: plan.clone().into(),
        ground: ground.clone().into(),
        file_text: prepared.text.as_str().into(),
        parameters: prepared.parameters.clone().into(),
    };
    let traffic = recent_traffic(cloud, &deployment, MEASURED_MIN).await.unwrap_or_else(|error| {
        complain(&format!("blue's traffic cannot be measured: {error}"));
        None
    });
    let forecast = rehearse(place, &prepared, &ground, traffic.as_ref()).await?;
    Ok(DryRun {
        difference: difference(plan, &ground),
        standing,
        traffic: assumed(traffic.as_ref()),
        forecast,
        ground,
        plan: plan.clone(),
    })
}
