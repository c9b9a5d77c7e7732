//! Actions of a rule: what happens to a request.

use manifest::Words;
use manifest::file::{
    Action, CognitoConfig, FixedResponseConfig, OidcConfig, RedirectConfig, Rule,
};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::json::{Properties, reference};
use crate::logical::Group;

/// The rule's actions, and where none of them answers the request, forwarding it.
pub(crate) fn actions(
    rule: &Rule,
    rule_id: &str,
    group: &Group<'_>,
    draft: &mut Draft,
) -> Vec<Value> {
    let mut order = 0;
    let mut actions = Vec::new();
    for action in &rule.actions {
        order = asked_order(action).unwrap_or(order + 1);
        let (kind, name, config) = described(action, rule_id, order, draft);
        actions.push(json!({ "Type": kind, "Order": order, name: config }));
    }
    if forwards(rule) {
        let highest = actions.iter().filter_map(|it| it["Order"].as_i64()).max().unwrap_or(0);
        actions.push(json!({
            "Type": "forward",
            "Order": highest + 1,
            "TargetGroupArn": reference(&group.target_group_id()),
        }));
    }
    actions
}

/// Whether requests that meet the rule reach the containers.
pub(crate) fn forwards(rule: &Rule) -> bool {
    let answers =
        |action: &Action| matches!(action, Action::FixedResponse { .. } | Action::Redirect { .. });
    !rule.actions.iter().any(answers)
}

fn asked_order(action: &Action) -> Option<i64> {
    let (Action::AuthenticateOidc { order, .. }
    | Action::AuthenticateCognito { order, .. }
    | Action::FixedResponse { order, .. }
    | Action::Redirect { order, .. }) = action;
    order.map(|order| order.get())
}

/// An action's type, the property its settings stand in, and the settings.
fn described(
    action: &Action,
    rule_id: &str,
    order: i64,
    draft: &mut Draft,
) -> (&'static str, &'static str, Value) {
    match action {
        Action::AuthenticateOidc { config, .. } => {
            let secret = config.client_secret.as_ref().map(|secret| {
                let name = format!("{rule_id}ClientSecret{order}");
                draft.secret(
                    &name,
                    "The client's secret with the OpenID Connect provider.",
                    secret,
                );
                reference(&name)
            });
            ("authenticate-oidc", "AuthenticateOidcConfig", oidc(config, secret))
        }
        Action::AuthenticateCognito { config, .. } => {
            ("authenticate-cognito", "AuthenticateCognitoConfig", cognito(config))
        }
        Action::FixedResponse { config, .. } => {
            ("fixed-response", "FixedResponseConfig", fixed_response(config))
        }
        Action::Redirect { config, .. } => ("redirect", "RedirectConfig", redirect(config)),
    }
}

fn oidc(config: &OidcConfig, secret: Option<Value>) -> Value {
    let parameters = &config.authentication_request_extra_params;
    Properties::new()
        .with("AuthorizationEndpoint", &config.authorization_endpoint)
        .with("TokenEndpoint", &config.token_endpoint)
        .with("UserInfoEndpoint", &config.user_info_endpoint)
        .with("Issuer", &config.issuer)
        .with("ClientId", &config.client_id)
        .maybe("ClientSecret", secret)
        .maybe("UseExistingClientSecret", config.use_existing_client_secret)
        .maybe("OnUnauthenticatedRequest", config.on_unauthenticated_request)
        .maybe("Scope", config.scope.as_ref())
        .maybe("SessionCookieName", config.session_cookie_name.as_ref())
        .maybe("SessionTimeout", config.session_timeout)
        .maybe("AuthenticationRequestExtraParams", (!parameters.is_empty()).then_some(parameters))
        .into_value()
}

fn cognito(config: &CognitoConfig) -> Value {
    let parameters = &config.authentication_request_extra_params;
    Properties::new()
        .with("UserPoolArn", &config.user_pool_arn)
        .with("UserPoolClientId", &config.user_pool_client_id)
        .with("UserPoolDomain", &config.user_pool_domain)
        .maybe("OnUnauthenticatedRequest", config.on_unauthenticated_request)
        .maybe("Scope", config.scope.as_ref())
        .maybe("SessionCookieName", config.session_cookie_name.as_ref())
        .maybe("SessionTimeout", config.session_timeout)
        .maybe("AuthenticationRequestExtraParams", (!parameters.is_empty()).then_some(parameters))
        .into_value()
}

fn fixed_response(config: &FixedResponseConfig) -> Value {
    Properties::new()
        .with("StatusCode", config.status_code.get().to_string())
        .maybe("ContentType", config.content_type.as_ref())
        .maybe("MessageBody", config.message_body.as_ref())
        .into_value()
}

fn redirect(config: &RedirectConfig) -> Value {
    Properties::new()
        .maybe("Protocol", config.protocol.as_ref())
        .maybe("Port", config.port.as_ref().map(Words::as_str))
        .maybe("Host", config.host.as_ref())
        .maybe("Path", config.path.as_ref())
        .maybe("Query", config.query.as_ref())
        .with("StatusCode", config.status_code)
        .into_value()
}
