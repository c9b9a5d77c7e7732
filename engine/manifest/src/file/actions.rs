//! `listeners[].rules[].actions`: what happens to a request.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::values::{Arn, Flag, Seconds, Whole, Words};

/// The place of an action among the others of its rule.
type Order = Whole<1, 50_000>;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "Action")]
pub enum Action {
    /// The client must log in with an OpenID Connect provider.
    AuthenticateOidc {
        /// Its place among the actions. Default: the order of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = 1)]
        order: Option<Order>,
        /// The provider.
        config: OidcConfig,
    },
    /// The client must log in with a Cognito user pool.
    AuthenticateCognito {
        /// Its place among the actions. Default: the order of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = 1)]
        order: Option<Order>,
        /// The user pool.
        config: CognitoConfig,
    },
    /// The balancer answers itself.
    FixedResponse {
        /// Its place among the actions. Default: the order of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = 1)]
        order: Option<Order>,
        /// The answer.
        config: FixedResponseConfig,
    },
    /// The client is sent elsewhere.
    Redirect {
        /// Its place among the actions. Default: the order of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(example = 1)]
        order: Option<Order>,
        /// Where to.
        config: RedirectConfig,
    },
}

/// An OpenID Connect provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "OpenID Connect")]
pub struct OidcConfig {
    /// The URL where clients log in.
    #[schemars(length(min = 1), example = &"https://idp.example.com/authorize")]
    pub authorization_endpoint: String,
    /// The URL where tokens are issued.
    #[schemars(length(min = 1), example = &"https://idp.example.com/token")]
    pub token_endpoint: String,
    /// The URL that describes the user.
    #[schemars(length(min = 1), example = &"https://idp.example.com/userinfo")]
    pub user_info_endpoint: String,
    /// The provider's issuer identifier.
    #[schemars(length(min = 1), example = &"https://idp.example.com")]
    pub issuer: String,
    /// The client's id with the provider.
    #[schemars(length(min = 1), example = &"webapi")]
    pub client_id: String,
    /// The client's secret with the provider. It is kept out of journals, logs and reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"s3cr3t")]
    pub client_secret: Option<String>,
    /// Whether the rule that is replaced keeps its secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_existing_client_secret: Option<Flag>,
    /// What a request without a session meets. Default: authenticate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unauthenticated_request: Option<OnUnauthenticated>,
    /// What is asked of the provider. Default: openid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"openid email")]
    pub scope: Option<String>,
    /// The name of the session cookie. Default: AWSELBAuthSessionCookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"AWSELBAuthSessionCookie")]
    pub session_cookie_name: Option<String>,
    /// Seconds a session lasts. Default: 604800, seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 3600)]
    pub session_timeout: Option<Seconds<1, 604_800>>,
    /// Further parameters of the request to the provider.
    #[serde(default)]
    #[schemars(example = json!({ "prompt": "login" }))]
    pub authentication_request_extra_params: BTreeMap<String, Words>,
}

/// A Cognito user pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Cognito")]
pub struct CognitoConfig {
    /// The ARN of the user pool.
    #[schemars(example = &"arn:aws:cognito-idp:{{region}}:{{account_id}}:userpool/pool")]
    pub user_pool_arn: Arn,
    /// The id of the client of the user pool.
    #[schemars(length(min = 1), example = &"1h57kf5cpq17m0eml12EXAMPLE")]
    pub user_pool_client_id: String,
    /// The domain of the user pool.
    #[schemars(length(min = 1), example = &"login.example.com")]
    pub user_pool_domain: String,
    /// What a request without a session meets. Default: authenticate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unauthenticated_request: Option<OnUnauthenticated>,
    /// What is asked of the user pool. Default: openid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"openid email")]
    pub scope: Option<String>,
    /// The name of the session cookie. Default: AWSELBAuthSessionCookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"AWSELBAuthSessionCookie")]
    pub session_cookie_name: Option<String>,
    /// Seconds a session lasts. Default: 604800, seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 3600)]
    pub session_timeout: Option<Seconds<1, 604_800>>,
    /// Further parameters of the request to the user pool.
    #[serde(default)]
    #[schemars(example = json!({ "prompt": "login" }))]
    pub authentication_request_extra_params: BTreeMap<String, Words>,
}

/// What a request without a session meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnauthenticated {
    /// It is let through.
    Allow,
    /// It is sent to log in.
    Authenticate,
    /// It is answered 401.
    Deny,
}

/// An answer by the balancer itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Fixed response")]
pub struct FixedResponseConfig {
    /// The HTTP status code: 2XX, 4XX or 5XX.
    #[schemars(example = &"503")]
    pub status_code: Whole<200, 599>,
    /// The type of the body. Default: text/plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"text/plain")]
    pub content_type: Option<String>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024), example = &"{{name}} is down for maintenance")]
    pub message_body: Option<String>,
}

/// Where a client is sent. What is left out stays as in the request; #{protocol}, #{host},
/// #{port}, #{path} and #{query} stand for its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Redirect")]
pub struct RedirectConfig {
    /// The protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"HTTPS")]
    pub protocol: Option<String>,
    /// The port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"443")]
    pub port: Option<Words>,
    /// The host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"{{fqdn}}")]
    pub host: Option<String>,
    /// The path, with its leading slash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"/#{path}")]
    pub path: Option<String>,
    /// The query, without its question mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"#{query}")]
    pub query: Option<String>,
    /// Whether clients may remember it.
    pub status_code: RedirectStatus,
}

/// Whether clients may remember a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RedirectStatus {
    /// They may.
    #[serde(rename = "HTTP_301")]
    Http301,
    /// They may not.
    #[serde(rename = "HTTP_302")]
    Http302,
}
