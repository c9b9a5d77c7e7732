//! Where a container's output goes.

use std::collections::BTreeMap;

use manifest::file::Container;
use serde_json::{Value, json};

use super::secrets;
use crate::json::Properties;
use crate::names;
use crate::release::Release;

const AWSLOGS: &str = "awslogs";

/// As the file says; by default, and where `awslogs` is asked for without saying where to, the
/// service's own log group.
pub(crate) fn configuration(release: &Release<'_>, container: &Container) -> Value {
    let given = container.log_configuration.as_ref();
    let driver = given.map_or(AWSLOGS, |given| &given.log_driver);
    let mut options: BTreeMap<&str, String> = BTreeMap::new();
    if driver == AWSLOGS {
        let service = &release.file.service;
        options.insert("awslogs-group", names::log_group(&service.cluster, &service.name));
        options.insert("awslogs-region", release.parameters.region.clone());
        options.insert("awslogs-stream-prefix", stream_prefix(release));
    }
    for (name, value) in given.iter().flat_map(|given| &given.options) {
        options.insert(name, value.to_string());
    }
    let secret_options: Vec<Value> = given
        .iter()
        .flat_map(|given| &given.secret_options)
        .map(|it| secrets::named(release, &it.name, &it.value_from))
        .collect();
    Properties::new()
        .with("LogDriver", driver)
        .maybe("Options", (!options.is_empty()).then(|| json!(options)))
        .list("SecretOptions", &secret_options)
        .into_value()
}

/// The version, without what the name of a log stream may not hold.
fn stream_prefix(release: &Release<'_>) -> String {
    release.file.service.version.as_str().replace([':', '*'], "-")
}
