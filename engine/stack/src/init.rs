//! The stack of what all releases of a service share: log group and weighted records.

use crate::draft::Draft;
use crate::names;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::rendered::Rendered;
use crate::resources::log_group::log_group;
use crate::resources::records::records;

/// Days that logs are kept.
const RETENTION_DAYS: u32 = 7;

/// The stack that the first deployment of a service makes, with everything at blue: green has no
/// task yet. It is never updated, since the predecessor sees stacks only as they were created.
///
/// # Errors
/// A name without a zone or at the zone's apex, and a template over `MOST_BYTES`.
pub fn init(release: &Release<'_>) -> Result<Rendered, Vec<Refusal>> {
    let mut draft = Draft::default();
    let (service, of, found) = (&release.file.service, release.parameters, release.found);
    draft.text("ProjectName", "Project name.", &service.project);
    draft.text("ServiceName", "Service name.", &service.name);
    draft.text("ClusterName", "Name of cluster used for deployment.", &service.cluster);
    draft.text("Region", "Amazon Web Services Region to deploy.", &of.region);
    draft.text("Environment", "Environment to deploy.", &of.environment);
    draft.text("LoadBalancerBlue", "The ARN of Blue load balancer.", &found.blue.dns_name);
    draft.text("LoadBalancerGreen", "The ARN of Green load balancer.", &found.green.dns_name);
    draft.count("RetentionInDays", "Cloud watch retention", RETENTION_DAYS);
    let ttl_s = release.file.canary.ttl.get();
    draft.count("Route53RecordetSetTTL", "TTL for Route53 recordset.", ttl_s);
    draft.resource("CloudWatchLogGroup", log_group());
    records(release, &mut draft);
    let stack = names::init_stack(&of.environment, &service.name);
    draft.finish(release, rollout::Stack::Init, stack)
}
