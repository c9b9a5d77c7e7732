//! What a file names, and what is named after it, as ARNs.

use std::collections::BTreeSet;

use manifest::Parameters;
use manifest::file::{Action, Container, HttpGrant};

use super::ANY;
use super::grants::On;
use super::targets::Targets;
use crate::found::canonical;
use crate::logical::groups;
use crate::names::{self, PREDECESSORS_REGION};
use crate::resources::secrets;

/// What Secrets Manager adds to a secret's name: a dash and as many letters.
const SUFFIX: usize = 6;

impl Targets<'_> {
    fn labels(&self) -> [&str; 2] {
        let releases = &self.file.canary.releases;
        [&releases.blue.0, &releases.green.0]
    }

    pub(super) fn services(&self) -> Vec<String> {
        let service = &self.file.service;
        let (cluster, family) = (&service.cluster, &self.parameters.environment);
        let names = self.labels().map(|label| format!("{cluster}/{}-{label}", service.name));
        let services = names.iter().map(|it| format!("service/{it}"));
        let deployments = names.iter().map(|it| format!("service-deployment/{it}/*"));
        let definitions = format!("task-definition/{family}-{}:*", service.name);
        self.arns("ecs", services.chain(deployments).chain([definitions]))
    }

    /// The names of the stacks of both releases, ecs-crd-cli's too.
    pub(super) fn release_stacks(&self) -> BTreeSet<String> {
        let (environment, name) = (&self.parameters.environment, &self.file.service.name);
        let of_label = |label| {
            let predecessors = names::predecessors_release_stack(environment, name, label);
            std::iter::once(names::release_stack(environment, name, label)).chain(predecessors)
        };
        self.labels().into_iter().flat_map(of_label).collect()
    }

    pub(super) fn stacks(&self) -> Vec<String> {
        let (environment, name) = (&self.parameters.environment, &self.file.service.name);
        let init = names::init_stack(environment, name);
        let all = self.release_stacks().into_iter().chain([init]);
        self.arns("cloudformation", all.map(|it| format!("stack/{it}/*")))
    }

    pub(super) fn elsewhere(&self) -> Vec<String> {
        let region = &self.parameters.region;
        if [ANY, PREDECESSORS_REGION].contains(&region.as_str()) || self.partition() != "aws" {
            return Vec::new();
        }
        let parameters =
            Parameters { region: PREDECESSORS_REGION.to_owned(), ..self.parameters.clone() };
        let there = Targets { parameters: &parameters, ..*self };
        let init = names::init_stack(&parameters.environment, &self.file.service.name);
        let mut all = there.of(On::Registry);
        all.extend(there.arns("cloudformation", [format!("stack/{init}/*")]));
        all
    }

    /// Names as Route 53 compares them: in small letters, without a dot at the end.
    pub(super) fn record_names(&self) -> Vec<String> {
        self.file.service.fqdn.as_slice().iter().map(|name| canonical(name)).collect()
    }

    pub(super) fn topics(&self) -> Vec<String> {
        let topics = &self.file.canary.sns_topic_notifications;
        let topics = [&topics.on_success, &topics.on_fail].into_iter().flatten();
        topics.map(|arn| arn.0.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Of images that may lie in this account and region.
    pub(super) fn repositories(&self) -> Vec<String> {
        let images = self.file.service.containers.iter();
        let all = images.filter_map(|it| self.repository(&it.image));
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn repository(&self, image: &str) -> Option<String> {
        let (host, path) = image.split_once('/')?;
        let Parameters { region, account_id, .. } = self.parameters;
        let parts: Vec<&str> = host.split('.').collect();
        let [account, "dkr", "ecr", at, "amazonaws", ..] = parts[..] else { return None };
        let may_be = |known: &str, named: &str| [known, named].contains(&ANY) || known == named;
        let name = path.split(['@', ':']).next().unwrap_or_default();
        (may_be(account_id, account) && may_be(region, at))
            .then(|| format!("arn:{}:ecr:{at}:{account}:repository/{name}", self.partition()))
    }

    /// Of containers; parameters of Systems Manager are not looked at.
    pub(super) fn secrets(&self) -> Vec<String> {
        let all = secrets::references(self.file).into_iter().map(|(_, id)| id);
        self.secret_arns(all.filter(|id| !id.contains(":ssm:")))
    }

    pub(super) fn header_secrets(&self) -> Vec<String> {
        let grants = self.file.canary.gates.iter().flat_map(|gate| &gate.grants.http);
        let headers = grants.filter_map(|grant| match grant {
            HttpGrant::Origin(_) => None,
            HttpGrant::WithHeaders { headers_from_secret, .. } => Some(headers_from_secret),
        });
        self.secret_arns(headers.flat_map(|it| it.values()).map(String::as_str))
    }

    /// A secret may be called by its name, or by an ARN without what Secrets Manager added to it.
    fn secret_arns<'b>(&self, ids: impl Iterator<Item = &'b str>) -> Vec<String> {
        let drawn = "?".repeat(SUFFIX);
        let arn = |id: &str| match id.starts_with("arn:") {
            true => vec![id.to_owned(), format!("{id}-{drawn}")],
            false => self.arns("secretsmanager", [format!("secret:{id}-{drawn}")]),
        };
        ids.flat_map(arn).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The service's own.
    pub(super) fn log_group(&self) -> String {
        let service = &self.file.service;
        names::log_group(&service.cluster, &service.name)
    }

    /// The log groups that containers write to.
    pub(super) fn log_groups(&self) -> BTreeSet<String> {
        let group = |it: &Container| match &it.log_configuration {
            None => Some(self.log_group()),
            Some(logs) if logs.log_driver == "awslogs" => {
                let given = logs.options.get("awslogs-group");
                Some(given.map_or_else(|| self.log_group(), ToString::to_string))
            }
            Some(_) => None,
        };
        self.file.service.containers.iter().filter_map(group).collect()
    }

    pub(super) fn balancing(&self) -> Vec<String> {
        let groups = groups(self.file).into_iter();
        let groups = groups.map(|it| format!("targetgroup/{}/*", names::target_groups(&it.id)));
        let listeners = ["listener/app/*", "listener-rule/app/*"].map(str::to_owned);
        self.arns("elasticloadbalancing", listeners.into_iter().chain(groups))
    }

    pub(super) fn user_pools(&self) -> Vec<String> {
        let rules = self.file.listeners.iter().flat_map(|it| &it.rules);
        let pools = rules.flat_map(|it| &it.actions).filter_map(|action| match action {
            Action::AuthenticateCognito { config, .. } => Some(config.user_pool_arn.0.clone()),
            _ => None,
        });
        pools.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The roles of one kind, of both releases.
    pub(super) fn roles_of(&self, kind: &str) -> Vec<String> {
        let (environment, service) = (&self.parameters.environment, &self.file.service.name);
        self.roles(self.labels().map(|label| names::roles(environment, service, kind, label)))
    }
}
