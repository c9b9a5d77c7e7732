//! A client for each service, over one HTTP connection pool.

use std::sync::{Arc, LazyLock};

use aws_config::SdkConfig;

use crate::memo::Memo;

/// A client that is made when it is first used: most commands need a few of the services only.
pub type Lazy<T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>;

/// The services of an account in a region.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the service it is named for")]
pub struct Clients {
    pub acm: Lazy<aws_sdk_acm::Client>,
    pub autoscaling: Lazy<aws_sdk_applicationautoscaling::Client>,
    pub cloudformation: Lazy<aws_sdk_cloudformation::Client>,
    pub cloudwatch: Lazy<aws_sdk_cloudwatch::Client>,
    pub dynamodb: Lazy<aws_sdk_dynamodb::Client>,
    pub ecr: Lazy<aws_sdk_ecr::Client>,
    pub ecs: Lazy<aws_sdk_ecs::Client>,
    pub elb: Lazy<aws_sdk_elasticloadbalancingv2::Client>,
    pub kms: Lazy<aws_sdk_kms::Client>,
    pub logs: Lazy<aws_sdk_cloudwatchlogs::Client>,
    pub route53: Lazy<aws_sdk_route53::Client>,
    pub secrets: Lazy<aws_sdk_secretsmanager::Client>,
    pub sns: Lazy<aws_sdk_sns::Client>,
    pub sts: Lazy<aws_sdk_sts::Client>,
    pub tagging: Lazy<aws_sdk_resourcegroupstagging::Client>,
    pub(crate) memo: Option<Arc<Memo>>,
}

impl Clients {
    /// All of them; none calls anything yet.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Clients {
            acm: lazy(config, aws_sdk_acm::Client::new),
            autoscaling: lazy(config, aws_sdk_applicationautoscaling::Client::new),
            cloudformation: lazy(config, aws_sdk_cloudformation::Client::new),
            cloudwatch: lazy(config, aws_sdk_cloudwatch::Client::new),
            dynamodb: lazy(config, aws_sdk_dynamodb::Client::new),
            ecr: lazy(config, aws_sdk_ecr::Client::new),
            ecs: lazy(config, aws_sdk_ecs::Client::new),
            elb: lazy(config, aws_sdk_elasticloadbalancingv2::Client::new),
            kms: lazy(config, aws_sdk_kms::Client::new),
            logs: lazy(config, aws_sdk_cloudwatchlogs::Client::new),
            route53: lazy(config, aws_sdk_route53::Client::new),
            secrets: lazy(config, aws_sdk_secretsmanager::Client::new),
            sns: lazy(config, aws_sdk_sns::Client::new),
            sts: lazy(config, aws_sdk_sts::Client::new),
            tagging: lazy(config, aws_sdk_resourcegroupstagging::Client::new),
            memo: None,
        }
    }
}

fn lazy<T: 'static>(config: &SdkConfig, new: fn(&SdkConfig) -> T) -> Lazy<T> {
    let config = config.clone();
    Arc::new(LazyLock::new(Box::new(move || new(&config))))
}
