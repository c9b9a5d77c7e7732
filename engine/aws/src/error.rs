//! AWS's errors in the words of `runner`: what failed, why, and what to do about it.
//!
//! Codes: the services' API references, "Common Errors"; the SDKs' retry behaviour for throttles.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use runner::{CallError, CallErrorKind};

/// Codes that mean "too fast" or "not yet": the same call makes sense again.
const AGAIN: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "PriorRequestNotComplete",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "InternalFailure",
    "InternalServerError",
];
/// Codes of credentials that were good and are no more.
const ENDED: [&str; 4] =
    ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "ExpiredCredentials"];
/// Codes of credentials that are none.
const UNKNOWN: [&str; 8] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "InvalidSignatureException",
    "IncompleteSignature",
    "IncompleteSignatureException",
];
/// Codes of a permission that lacks.
const DENIED: [&str; 4] =
    ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"];

/// What to do about credentials that ended.
const RENEW: &str = "; the credentials have ended: renew them, then `ecs-crd resume`";

/// What a failed call means; `doing` says what it was for, such as `DescribeStacks of stage-shop-2`.
pub(crate) fn call_error<E>(doing: &str, error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let status = error.raw_response().map(|response| response.status().as_u16());
    let kind = match unfound(&error) {
        true => CallErrorKind::CredentialsEnded,
        false => kind(code, status),
    };
    let said = match error.as_service_error().and_then(ProvideErrorMetadata::message) {
        Some(message) => format!("{message} ({code})"),
        None if code.is_empty() => chain(&error),
        None => code.to_owned(),
    };
    let hint = match kind {
        CallErrorKind::CredentialsEnded => RENEW.to_owned(),
        _ => hint(code, &said),
    };
    CallError::new(kind, format!("{doing}: {said}{hint}"))
}

/// Whether the call was not even made, since no credentials were to be had. A source that is slow
/// may answer next time.
pub(crate) fn unfound<E>(error: &SdkError<E, HttpResponse>) -> bool
where
    E: Error + 'static,
{
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<CredentialsError>() {
            return !matches!(error, CredentialsError::ProviderTimedOut(_));
        }
        cause = error.source();
    }
    false
}

/// The code of a refusal, for adapters to which some refusals are answers.
pub(crate) fn code<E>(error: &SdkError<E, HttpResponse>) -> &str
where
    E: ProvideErrorMetadata,
{
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default()
}

/// The message of a refusal.
pub(crate) fn message<E>(error: &SdkError<E, HttpResponse>) -> &str
where
    E: ProvideErrorMetadata,
{
    error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default()
}

fn kind(code: &str, status: Option<u16>) -> CallErrorKind {
    match (code, status) {
        (code, _) if AGAIN.contains(&code) => CallErrorKind::Retryable,
        (code, _) if ENDED.contains(&code) => CallErrorKind::CredentialsEnded,
        (code, _) if UNKNOWN.contains(&code) || DENIED.contains(&code) => CallErrorKind::Missing,
        // No answer at all, or one that no service of AWS would give.
        (_, None) | (_, Some(408 | 429 | 500..)) | ("", _) => CallErrorKind::Retryable,
        _ => CallErrorKind::Refused,
    }
}

fn hint(code: &str, said: &str) -> String {
    if UNKNOWN.contains(&code) {
        return "; check the credentials (AWS_PROFILE, `aws sts get-caller-identity`) and this machine's clock".to_owned();
    }
    match DENIED.contains(&code) {
        true => allow(said),
        false => String::new(),
    }
}

/// What to allow, where somebody else's words are those of a permission that lacks.
pub(crate) fn lacking(said: &str) -> String {
    match said.contains("not authorized to perform: ") {
        true => allow(said),
        false => String::new(),
    }
}

fn allow(said: &str) -> String {
    let action = between(said, "not authorized to perform: ", " ");
    let resource = between(said, "on resource: ", " ");
    let what = match (action, resource) {
        (Some(action), Some(resource)) => format!("allow {action} on {resource}"),
        (Some(action), None) => format!("allow {action}"),
        _ => "allow it".to_owned(),
    };
    format!("; {what}: `ecs-crd iam-policy -f FILE` prints the least policy a run needs")
}

/// The word after `begin`, up to `end`.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let rest = text.split_once(begin)?.1;
    let word = rest.split_once(end).map_or(rest, |(word, _)| word);
    Some(word.trim_end_matches(['.', ',', ')']))
}

/// An error and its causes, each once.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(&format!(": {said}"));
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_states_say_whether_to_ask_again() {
        let table = [
            ("Throttling", Some(400), CallErrorKind::Retryable),
            ("PriorRequestNotComplete", Some(400), CallErrorKind::Retryable),
            ("SomethingNew", Some(503), CallErrorKind::Retryable),
            ("", None, CallErrorKind::Retryable),
            ("ExpiredToken", Some(403), CallErrorKind::CredentialsEnded),
            ("InvalidClientTokenId", Some(403), CallErrorKind::Missing),
            ("AccessDenied", Some(403), CallErrorKind::Missing),
            ("ValidationError", Some(400), CallErrorKind::Refused),
        ];
        for (code, status, wanted) in table {
            assert_eq!(kind(code, status), wanted, "{code} {status:?}");
        }
    }

    #[test]
    fn a_lacking_permission_is_named_with_its_resource() {
        let said = "User: arn:aws:iam::1:user/ann is not authorized to perform: \
                    route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z1 \
                    because no identity-based policy allows it (AccessDenied)";
        let hint = hint("AccessDenied", said);
        let wanted = "allow route53:ChangeResourceRecordSets on arn:aws:route53:::hostedzone/Z1:";
        assert!(hint.contains(wanted), "{hint}");
    }
}
