//! What a tenant says a denial truly was. It is kept for that tenant alone, appended and never changed; what is said later of
//! the same words counts in the place of what was said before.

pub(crate) mod store;

use super::classify::Classifier;
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::db::stored::StoredEnum as _;
use crate::precedents::record::{codes, new_id};
use crate::precedents::suspicion::is_scenario_sud_suspected;
use crate::proto::v1::{DenialType, Scenario, SubmitFeedbackRequest, SubmitFeedbackResponse};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::telemetry::CallContext;

/// Distinct codes that one feedback may name; the table holds to it too.
const MOST_CODES: usize = 2_000;

/// Keeps a feedback. Of the denial its words and adjustment codes are kept, and nothing else.
///
/// # Errors
/// `VALIDATION` for a denial without words and codes, or with far too many; `SUD_NOT_SHAREABLE` for one that may rest on substance use records: a
/// consent that is withdrawn could not take back what a model has learnt.
pub(super) async fn submit(
    classifier: Classifier,
    tx: &mut TenantTx,
    request: SubmitFeedbackRequest,
    call: CallContext,
) -> Result<Answer<SubmitFeedbackResponse>> {
    let denial_type = request.denial_type();
    let SubmitFeedbackRequest {
        scenario,
        denial_type: _,
        request_id: _,
    } = request;
    let scenario = asked_about(scenario.unwrap_or_default());
    let codes = codes(&scenario);
    if scenario.denial_trigger.is_empty() && codes.is_empty() {
        return Err(Error::field("scenario", "needs words or adjustment codes"));
    }
    if codes.len() > MOST_CODES {
        return Err(Error::field(
            "scenario.lines",
            format!("must hold at most {MOST_CODES} codes"),
        ));
    }
    if is_scenario_sud_suspected(&scenario) {
        return Err(Error::restricted("consent"));
    }
    let own = classifier.models().own(tx).await?;
    let judged = classifier.judge(&scenario, own.as_deref());
    let predicted = judged
        .types
        .first()
        .map_or(DenialType::Unspecified, |first| first.denial_type());
    let feedback = store::Feedback {
        id: new_id(),
        words: &scenario.denial_trigger,
        codes: &codes,
        denial_type: denial_type.stored(),
        predicted_type: predicted.stored(),
        model_version: &classifier.judging_version(own.as_deref()),
    };
    store::insert(tx, &feedback, call.caller()).await?;
    let facts = Facts::one(Resource::Feedback, feedback.id);
    let reply = SubmitFeedbackResponse {
        id: feedback.id.to_string(),
        predicted_type: predicted.into(),
        is_correction: predicted != denial_type,
        is_for_training: !scenario.denial_trigger.is_empty(),
        model_version: feedback.model_version.to_owned(),
    };
    Ok(Answer::new(reply, facts))
}

/// What the models are asked: words, codes and services, but no type that somebody gave, and the words with single spaces.
fn asked_about(scenario: Scenario) -> Scenario {
    let words: Vec<&str> = scenario.denial_trigger.split_whitespace().collect();
    Scenario {
        denial_trigger: words.join(" "),
        denial_types: Vec::new(),
        ..scenario
    }
}

#[cfg(test)]
mod tests {
    use super::asked_about;
    use crate::proto::v1::{DenialType, Scenario};

    #[test]
    fn the_type_that_was_given_is_not_asked_about() {
        let scenario = asked_about(Scenario {
            denial_trigger: "  no\tauthorization \n on file ".to_owned(),
            denial_types: vec![DenialType::Coding.into()],
            ..Scenario::default()
        });
        assert_eq!(scenario.denial_trigger, "no authorization on file");
        assert!(scenario.denial_types.is_empty());
    }
}
