//! Credentials, region, endpoint and account: the SDK's own rules, and what AWS says of them.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_sts::primitives::{DateTime, DateTimeFormat};
use aws_smithy_http_client::{Builder, tls};
use rollout::EpochS;
use runner::{CallError, CallErrorKind, Clock};
use url::{Host, Url};

use crate::clients::Clients;
use crate::clock::WallClock;
use crate::error::{call_error, chain, unfound};

/// The longest a call may take, its retries included.
const CALL: Duration = Duration::from_secs(20);
/// The longest one try may take.
const ATTEMPT: Duration = Duration::from_secs(8);
/// The longest to connect.
const CONNECT: Duration = Duration::from_secs(3);
/// Tries of one call; more are the driver's, which hears words meanwhile.
const ATTEMPTS: u32 = 3;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The region; else the SDK's chain.
    pub region: Option<String>,
    /// Seconds of the cloud's time a second: for tests, refused but for a loopback endpoint.
    pub speed: Option<u32>,
}

/// Whose account this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// Who we are there.
    pub arn: String,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No region is named (exit 2).
    #[error(
        "no region: say --region, set AWS_REGION, or name one in the profile; `--cloud sim` needs none"
    )]
    NoRegion,
    /// A fast clock is for tests only (exit 2).
    #[error(
        "--speed is for tests: it needs an endpoint on this machine, and AWS_ENDPOINT_URL is {0}"
    )]
    NotLoopback(String),
    /// AWS does not know us.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A connection to an account in a region.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The services.
    pub clients: Clients,
    /// Whose account.
    pub account: Account,
    /// The region's name.
    pub region: String,
    /// The cloud's clock; another may be put in its place before a cloud is made of this.
    pub clock: Arc<dyn Clock>,
    /// Seconds of the cloud's time a second of ours: 1, but in tests.
    pub speed: u32,
    /// When the credentials end, where that is known and they cannot be refreshed.
    pub expires_at: Option<EpochS>,
    /// What further clients are made from.
    pub(crate) config: SdkConfig,
}

impl Connection {
    /// The same for one look: what does not change in an instant is asked for once. Nothing may be
    /// driven by it.
    pub(crate) fn remembering(&self) -> Self {
        let mut look = self.clone();
        look.clients.memo = Some(Arc::default());
        look
    }
}

/// Finds credentials and region, and asks AWS who we are.
///
/// # Errors
/// No region, no or bad credentials, no way to the endpoint, or a speed that is not for it.
pub async fn connect(options: &Options) -> Result<Connection, ConnectError> {
    connect_from(aws_config::defaults(BehaviorVersion::latest()), options).await
}

/// The same, from a configuration of the SDK's that is begun already.
///
/// # Errors
/// As `connect`.
pub async fn connect_from(
    loader: ConfigLoader,
    options: &Options,
) -> Result<Connection, ConnectError> {
    let config = configured(loader, options).await?;
    let region = config.region().ok_or(ConnectError::NoRegion)?.to_string();
    let speed = options.speed.unwrap_or(1);
    if speed > 1 {
        refuse_far_endpoint(config.endpoint_url())?;
    }
    let clients = Clients::new(&config);
    let (account, answered_at) = identify(&clients).await?;
    let clock = match answered_at {
        Some(now) if speed > 1 => WallClock::fast(now, speed),
        Some(now) => WallClock::corrected(now),
        None => WallClock::new(),
    };
    let expires_at = expiry(|name| std::env::var(name).ok());
    let clock = Arc::new(clock);
    Ok(Connection { clients, account, region, clock, speed, expires_at, config })
}

async fn configured(loader: ConfigLoader, options: &Options) -> Result<SdkConfig, ConnectError> {
    let http = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .operation_timeout(CALL)
        .operation_attempt_timeout(ATTEMPT)
        .connect_timeout(CONNECT)
        .build();
    let mut loader = loader
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS));
    if let Ok(name) = AppName::new("ecs-crd") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    Ok(loader.load().await)
}

/// A fast clock against real AWS would take every wait for over.
fn refuse_far_endpoint(endpoint: Option<&str>) -> Result<(), ConnectError> {
    let is_near =
        endpoint.and_then(|url| Url::parse(url).ok()).is_some_and(|url| match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        });
    match is_near {
        true => Ok(()),
        false => Err(ConnectError::NotLoopback(endpoint.unwrap_or("not set").to_owned())),
    }
}

/// Who we are, and what time it was there.
async fn identify(clients: &Clients) -> Result<(Account, Option<EpochS>), CallError> {
    let date = DateHeader::default();
    let answer = clients
        .sts
        .get_caller_identity()
        .customize()
        .interceptor(date.clone())
        .send()
        .await
        .map_err(unidentified)?;
    let arn = answer.arn().unwrap_or_default().to_owned();
    let partition = arn.split(':').nth(1).filter(|it| !it.is_empty()).unwrap_or("aws").to_owned();
    let id = answer.account().unwrap_or_default().to_owned();
    Ok((Account { id, partition, arn }, date.read()))
}

/// No credentials, or bad ones. To have none is what an account lacks, not the end of a run.
fn unidentified<E>(error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let doing = "finding out whose credentials these are";
    if !unfound(&error) {
        return call_error(doing, error);
    }
    let why = format!(
        "{doing}: there are none: set AWS_PROFILE, log in (`aws sso login`), or see the AWS CLI's \
         guide, whose rules hold here: {}",
        chain(&error)
    );
    CallError::new(CallErrorKind::Missing, why)
}

/// The end of credentials handed over in the environment, as `aws configure export-credentials` and
/// its likes write it there. All others the SDK refreshes by itself.
fn expiry(variable: impl Fn(&str) -> Option<String>) -> Option<EpochS> {
    variable("AWS_ACCESS_KEY_ID")?;
    let text = variable("AWS_CREDENTIAL_EXPIRATION")?;
    let at = DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset).ok()?;
    u32::try_from(at.secs()).ok().map(EpochS)
}

/// Notes the `Date` of an answer.
#[derive(Clone, Debug, Default)]
struct DateHeader(Arc<OnceLock<EpochS>>);

impl DateHeader {
    fn read(&self) -> Option<EpochS> {
        self.0.get().copied()
    }
}

impl Intercept for DateHeader {
    fn name(&self) -> &'static str {
        "DateHeader"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|it| DateTime::from_str(it, DateTimeFormat::HttpDate).ok());
        if let Some(seconds) = date.and_then(|it| u32::try_from(it.secs()).ok()) {
            self.0.get_or_init(|| EpochS(seconds));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_credentials_of_the_environment_end_at_a_known_instant() {
        let end = ("AWS_CREDENTIAL_EXPIRATION", "2026-01-31T13:00:00+01:00");
        let with = |variables: &[(&str, &str)]| {
            let found = |name: &str| variables.iter().find(|(known, _)| *known == name);
            expiry(|name| found(name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[("AWS_ACCESS_KEY_ID", "AKIA"), end]), Some(EpochS(1_769_860_800)));
        assert_eq!(with(&[end]), None, "left over from another session");
        assert_eq!(with(&[("AWS_ACCESS_KEY_ID", "AKIA")]), None);
    }

    #[test]
    fn a_fast_clock_is_refused_unless_the_endpoint_is_this_machine() {
        for near in ["http://127.0.0.1:5000", "http://[::1]:5000", "http://localhost"] {
            assert!(refuse_far_endpoint(Some(near)).is_ok(), "{near}");
        }
        let far = [None, Some("https://sts.amazonaws.com"), Some("http://localhost.example.com")];
        for far in far {
            assert!(refuse_far_endpoint(far).is_err(), "{far:?}");
        }
    }
}
