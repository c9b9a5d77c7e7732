//! The template of a stack that stands, for people who ask before they deploy.

use aws_sdk_cloudformation::types::TemplateStage;
use rollout::{Service, Stack};
use runner::{CallError, CallErrorKind, Called};
use serde_json::Value;

use super::standing;
use crate::aws::Aws;
use crate::error::call_error;

impl Aws {
    /// The template of a service's stack behind a label, as it was given to CloudFormation; none
    /// when there is no such stack. The predecessor's are found too.
    ///
    /// # Errors
    /// When AWS does not answer, or the template is no JSON.
    pub async fn deployed(
        &self,
        service: &Service,
        stack: Stack,
        label: &str,
    ) -> Called<Option<Value>> {
        let found = standing::of_service(self.clients(), service, stack, label).await?;
        let Some(name) = found.and_then(|found| found.stack_name) else { return Ok(None) };
        let request = self.clients().cloudformation.get_template();
        let answer = request.stack_name(&name).template_stage(TemplateStage::Original).send().await;
        let answer =
            answer.map_err(|error| call_error(&format!("GetTemplate of {name}"), error))?;
        let text = answer.template_body.unwrap_or_default();
        serde_json::from_str(&text).map(Some).map_err(|error| {
            let why = format!("GetTemplate of {name}: its template is no JSON: {error}");
            CallError::new(CallErrorKind::Refused, why)
        })
    }
}
