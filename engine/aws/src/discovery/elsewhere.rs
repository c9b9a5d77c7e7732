//! A service that stands in the region ecs-crd-cli 1.2.0 takes by default, while another was
//! chosen by the configuration.

use aws_config::Region;
use rollout::{Plan, Service, Stack};
use runner::Called;
use stack::names::PREDECESSORS_REGION as PREDECESSORS;

use crate::aws::Aws;
use crate::clients::Clients;
use crate::registry::item;
use crate::stacks::standing::of_service;

impl Aws {
    /// A sentence that names both regions, if the service stands in the predecessor's default one
    /// and another is chosen (exit 2); none otherwise.
    ///
    /// # Errors
    /// When AWS does not answer.
    pub async fn elsewhere(&self, plan: &Plan) -> Called<Option<String>> {
        let connection = self.connection();
        // Credentials of another partition know nothing of that region.
        if connection.region == PREDECESSORS || connection.account.partition != "aws" {
            return Ok(None);
        }
        let there = connection.config.to_builder().region(Region::new(PREDECESSORS)).build();
        let clients = Clients::new(&there);
        let region = PREDECESSORS.to_owned();
        let service = Service { region, ..plan.service.clone() };
        let what = match item(&clients, &service).await? {
            Some(_) => "a registry item".to_owned(),
            None => match of_service(&clients, &service, Stack::Init, "").await? {
                Some(found) => format!("stack {}", found.stack_name().unwrap_or_default()),
                None => return Ok(None),
            },
        };
        Ok(Some(sentence(&service.name, &what, &connection.region)))
    }
}

fn sentence(service: &str, what: &str, chosen: &str) -> String {
    format!(
        "region {chosen} is chosen, and {what} of {service} stands in {PREDECESSORS}, where \
         ecs-crd-cli deployed it by default: say `-r {PREDECESSORS}`, or undeploy it there first"
    )
}
