//! What a turn of a conversation is sent.

use archivist_domain::{ConversationId, MessageRole};
use archivist_draft::DraftRequest;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::context::ConversationContext;
use crate::api::query::QueryRequest;
use crate::bounds;
use crate::defaults::Defaults;
use crate::drafting::Retrieval;
use crate::error::{Error, FieldProblem};

const MAX_MESSAGE_CHARS: usize = 10_000;

/// How many earlier messages count when nothing is said, and at most.
const WINDOW: i64 = 10;
const MAX_WINDOW: i64 = 50;

/// Something said in a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "message": "How many families did we serve in 2023?",
    "context": { "filters": { "doc_types": ["Annual Report"] } },
}))]
pub(super) struct ChatRequest {
    /// A question about the library; or, where the section is known, "write …".
    #[schema(min_length = 1, max_length = 10_000)]
    message: String,
    /// The conversation that goes on. A new one begins when it is left out, and under
    /// this id when there is none with it.
    #[schema(format = Uuid)]
    conversation_id: Option<String>,
    /// What was said before, for a conversation of which nothing is kept.
    #[serde(default)]
    conversation_history: Option<Vec<SaidBefore>>,
    /// How many earlier messages count; 10 when not given.
    #[schema(minimum = 1, maximum = 50)]
    context_window: Option<i64>,
    /// How to write, where a section is to be written; its `filters` also hold for
    /// questions.
    parameters: Option<QueryRequest>,
    /// What changes in what was agreed on: only the keys that are sent.
    context: Option<ConversationContext>,
}

/// A message of before.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SaidBefore {
    /// Who said it.
    role: MessageRole,
    /// The text.
    #[schema(example = "How many families did we serve in 2024?")]
    content: String,
    /// The passages that it cited.
    #[expect(dead_code, reason = "only its shape counts")]
    sources: Option<Vec<Value>>,
    /// When it was said.
    #[expect(dead_code, reason = "only its shape counts")]
    #[schema(example = "2026-03-31T12:00:00")]
    timestamp: Option<String>,
}

/// Something said, if all of it will do.
pub(super) struct Said {
    /// What.
    pub(super) message: String,
    /// In which conversation.
    pub(super) conversation: Option<ConversationId>,
    /// The questions of before that the client remembers, and how many messages.
    pub(super) history: (Vec<String>, i64),
    /// How many earlier messages count.
    pub(super) window: i64,
    /// How to write.
    pub(super) parameters: Option<(DraftRequest, Retrieval)>,
    /// What changes in what was agreed on.
    pub(super) context: Option<ConversationContext>,
}

impl ChatRequest {
    /// Checks everything; `defaults` are the site's for what the parameters leave out,
    /// `organization` is the one that writes.
    pub(super) fn check(
        self,
        defaults: Defaults,
        organization: Option<String>,
    ) -> Result<Said, Error> {
        let window = self.context_window.unwrap_or(WINDOW);
        let problems = self.problems(window);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if self.message.trim().is_empty() {
            return Err(Error::refused("Message cannot be empty"));
        }
        let conversation = self.conversation_id.map(|id| id.trim().parse());
        let conversation = conversation.transpose().map_err(|_| {
            Error::refused("Invalid conversation id: it must be a UUID, or left out")
        })?;
        let parameters = self
            .parameters
            .map(|given| given.check(defaults, organization));
        Ok(Said {
            message: self.message,
            conversation,
            history: questions(self.conversation_history.unwrap_or_default(), window),
            window,
            parameters: parameters.transpose().map_err(below_parameters)?,
            context: self.context,
        })
    }

    fn problems(&self, window: i64) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let length = bounds::characters(&self.message, &(1..=MAX_MESSAGE_CHARS));
        problems.extend(length.map(|message| FieldProblem::body("message", message)));
        let outside = bounds::number(&window, &(1..=MAX_WINDOW));
        problems.extend(outside.map(|message| FieldProblem::body("context_window", message)));
        let context = self.context.as_ref();
        problems.extend(context.into_iter().flat_map(|context| {
            let problems = context.problems().into_iter();
            problems.map(|problem| problem.below(&["context".into()]))
        }));
        problems
    }
}

/// The questions among the last messages, and how many messages these are.
fn questions(history: Vec<SaidBefore>, window: i64) -> (Vec<String>, i64) {
    let window = usize::try_from(window).unwrap_or(usize::MAX);
    let skipped = history.len().saturating_sub(window);
    let count = i64::try_from(history.len() - skipped).unwrap_or(i64::MAX);
    let last = history.into_iter().skip(skipped);
    let asked = last.filter(|said| said.role == MessageRole::User);
    (asked.map(|said| said.content).collect(), count)
}

/// Problems of the parameters stand where these stand.
fn below_parameters(error: Error) -> Error {
    match error {
        Error::Invalid(problems) => {
            let below = |problem: FieldProblem| problem.below(&["parameters".into()]);
            Error::Invalid(problems.into_iter().map(below).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use archivist_domain::config::Config;

    use super::*;
    use serde_json::json;

    fn check(body: Value) -> Result<Said, Error> {
        serde_json::from_value::<ChatRequest>(body)
            .unwrap()
            .check(Config::default().into(), None)
    }

    #[test]
    fn of_the_history_the_last_questions_count() {
        let said = |role: &str, content: &str| json!({ "role": role, "content": content });
        let history = [
            said("user", "One?"),
            said("assistant", "1."),
            said("user", "Two?"),
        ];
        let body = json!({ "message": "And?", "conversation_history": history,
            "context_window": 2 });
        assert_eq!(check(body).unwrap().history, (vec!["Two?".to_owned()], 2));
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        let query = json!({ "query": "short", "audience": "Federal RFP",
            "section": "Evaluation Plan" });
        let Err(Error::Invalid(problems)) =
            check(json!({ "message": "Yes?", "parameters": query }))
        else {
            panic!("refused");
        };
        assert_eq!(problems[0].loc, ["body", "parameters", "query"]);
        let Err(Error::Invalid(problems)) = check(json!({ "message": "", "context_window": 51 }))
        else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(fields, ["message", "context_window"]);
    }
}
