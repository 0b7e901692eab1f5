//! What a conversation has agreed on so far: for whom and what is written, and what
//! the client keeps with it.

use std::str::FromStr;

use archivist_domain::{Audience, Section};
use archivist_search::Filters;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::api::moment::Moment;
use crate::error::{FieldProblem, Step};
use crate::wire;

/// What a conversation has agreed on so far. Everything may be left out; texts are taken
/// as they are, and a value that the library does not know finds nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "audience": "Federal RFP",
    "section": "Organizational Capacity",
    "tone": "Professional",
    "filters": { "doc_types": ["Annual Report"], "years": [2023, 2024], "outcome": "Funded" },
    "artifacts": [{
        "artifact_id": "capacity",
        "version": 2,
        "created_at": "2026-11-22T13:07:22",
        "content": "A board of eleven members governs the organization.",
        "word_count": 8,
        "metadata": { "status": "in review" },
    }],
}))]
pub(super) struct ConversationContext {
    /// A writing style.
    writing_style_id: Option<String>,
    /// Who will read what is written.
    audience: Option<String>,
    /// Which section is written.
    section: Option<String>,
    /// How it should sound.
    tone: Option<String>,
    /// Which documents answers may come from.
    filters: Option<ContextFilters>,
    /// Texts that the client keeps with the conversation.
    #[serde(serialize_with = "or_default")]
    #[schema(value_type = Vec<Artifact>, required = false)]
    artifacts: Option<Vec<Artifact>>,
    /// What was asked last.
    last_query: Option<String>,
    /// When the conversation began, and when it was last used.
    session_metadata: Option<SessionMetadata>,
}

/// Which documents answers may come from; all hold together, within a list any value
/// will do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
struct ContextFilters {
    /// Kinds of documents.
    #[schema(example = json!(["Annual Report"]))]
    doc_types: Option<Vec<String>>,
    /// Years; documents without one are left out.
    years: Option<Vec<i32>>,
    /// Programs, in any letter case.
    #[schema(example = json!(["Shared Meals"]))]
    programs: Option<Vec<String>>,
    /// One outcome; documents without one are left out.
    #[schema(example = "Funded")]
    outcome: Option<String>,
}

/// A version of a text that the client keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
struct Artifact {
    /// Which text.
    #[serde(rename = "artifact_id")]
    #[schema(example = "need-statement")]
    id: String,
    /// Which version of it.
    #[schema(minimum = 1)]
    version: i64,
    /// When it was made (UTC; a zone is converted).
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, example = "2026-11-22T13:07:22")]
    created_at: Moment,
    /// The text.
    #[schema(example = "Forty families wait for a place.")]
    content: String,
    /// Its words, as the client counts.
    #[schema(minimum = 0)]
    word_count: i64,
    /// Anything else about it.
    #[serde(serialize_with = "or_default")]
    #[schema(value_type = Object)]
    metadata: Option<Map<String, Value>>,
}

/// When a conversation began, and when it was last used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
struct SessionMetadata {
    /// When it began (UTC; a zone is converted).
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, example = "2026-11-22T13:07:22")]
    started_at: Moment,
    /// When it was last used.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, example = "2026-11-22T13:07:22")]
    last_active: Moment,
}

impl ConversationContext {
    /// What the database keeps; one that cannot be read is told as an empty one.
    pub(super) fn kept(context: &Value) -> Self {
        Self::deserialize(context).unwrap_or_default()
    }

    /// What to keep of it: nothing that is null.
    pub(super) fn to_keep(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.retain(|_, field| !field.is_null());
        }
        value
    }

    /// What will not do.
    pub(super) fn problems(&self) -> Vec<FieldProblem> {
        let artifacts = self.artifacts.iter().flatten().enumerate();
        artifacts
            .flat_map(|(at, artifact)| {
                let place = ["artifacts".into(), Step::Index(at)];
                let version = (artifact.version < 1)
                    .then(|| FieldProblem::body("version", "must be 1 or more").below(&place));
                let words = (artifact.word_count < 0)
                    .then(|| FieldProblem::body("word_count", "must be 0 or more").below(&place));
                version.into_iter().chain(words)
            })
            .collect()
    }

    /// This one with what a client has sent along; what it left out or sent as null stays.
    pub(super) fn with(self, sent: Option<Self>) -> Self {
        let Some(sent) = sent else { return self };
        Self {
            writing_style_id: sent.writing_style_id.or(self.writing_style_id),
            audience: sent.audience.or(self.audience),
            section: sent.section.or(self.section),
            tone: sent.tone.or(self.tone),
            filters: sent.filters.or(self.filters),
            artifacts: sent.artifacts.or(self.artifacts),
            last_query: sent.last_query.or(self.last_query),
            session_metadata: sent.session_metadata.or(self.session_metadata),
        }
    }

    /// This one after `asked` has been asked at time `now` (UTC).
    pub(super) fn after(mut self, asked: &str, now: NaiveDateTime) -> Self {
        let last_active = Moment(now);
        let started_at = self.session_metadata.map(|session| session.started_at);
        self.session_metadata = Some(SessionMetadata {
            started_at: started_at.unwrap_or(last_active),
            last_active,
        });
        self.last_query = Some(asked.to_owned());
        self
    }

    /// Who will read, where it is somebody we know.
    pub(super) fn audience(&self) -> Option<Audience> {
        known(self.audience.as_deref())
    }

    /// Which section, where it is one we know.
    pub(super) fn section(&self) -> Option<Section> {
        known(self.section.as_deref())
    }

    /// How it should sound.
    pub(super) fn tone(&self) -> Option<&str> {
        self.tone.as_deref()
    }

    /// Which documents answers may come from; `None` where no document can be one.
    pub(super) fn filters(&self) -> Option<Filters> {
        let wanted = self.filters.clone().unwrap_or_default();
        let outcome = wanted.outcome.filter(|outcome| !outcome.is_empty());
        Some(Filters {
            doc_types: all_known(wanted.doc_types.unwrap_or_default().iter())?,
            years: wanted.years.unwrap_or_default(),
            programs: wanted.programs.unwrap_or_default(),
            outcomes: all_known(outcome.iter())?,
            ..Filters::default()
        })
    }
}

fn known<T: FromStr>(label: Option<&str>) -> Option<T> {
    label?.trim().parse().ok()
}

/// The values that exist. `None` where values are wanted and none exists: to leave them
/// out would find everything.
fn all_known<'a, T: FromStr>(labels: impl ExactSizeIterator<Item = &'a String>) -> Option<Vec<T>> {
    let is_wanted = labels.len() > 0;
    let known: Vec<T> = labels.filter_map(|label| known(Some(label))).collect();
    (!is_wanted || !known.is_empty()).then_some(known)
}

fn moment<S: Serializer>(Moment(time): &Moment, to: S) -> Result<S::Ok, S::Error> {
    wire::timestamp(time, to)
}

#[expect(clippy::ref_option, reason = "serde hands the field over so")]
fn or_default<T: Serialize + Default, S: Serializer>(
    value: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.serialize(to),
        None => T::default().serialize(to),
    }
}

#[cfg(test)]
mod tests {
    use archivist_domain::{DocType, Outcome};
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> ConversationContext {
        serde_json::from_value(value).unwrap()
    }

    fn artifact(created_at: &str) -> Value {
        json!({ "artifact_id": "a", "version": 1, "created_at": created_at,
            "content": "Text.", "word_count": 1 })
    }

    #[test]
    fn every_key_is_told_and_no_null_is_kept() {
        let told = serde_json::to_value(ConversationContext::default()).unwrap();
        let told = told.as_object().unwrap();
        assert_eq!(told.len(), 8);
        assert_eq!(told["artifacts"], json!([]));
        let kept = read(json!({ "tone": "Warm", "audience": null })).to_keep();
        assert_eq!(kept, json!({ "tone": "Warm", "artifacts": [] }));
    }

    #[test]
    fn d_35_only_what_was_sent_is_merged() {
        let kept = read(json!({ "tone": "Warm", "artifacts": [artifact("2026-01-01")] }));
        let sent = read(json!({ "audience": "Federal RFP", "tone": null }));
        let merged = kept.clone().with(Some(sent));
        assert_eq!(merged.tone(), Some("Warm"));
        assert_eq!(merged.audience(), Some(Audience::FederalRfp));
        assert_eq!(merged.artifacts, kept.artifacts);
        let emptied = kept.with(Some(read(json!({ "artifacts": [] }))));
        assert_eq!(emptied.artifacts, Some(Vec::new()));
    }

    #[test]
    fn d_31_zoned_moments_are_kept_as_utc() {
        for sent in ["2026-01-01T12:00:00Z", "2026-01-01T14:00:00+02:00"] {
            let kept = read(json!({ "artifacts": [artifact(sent)] })).to_keep();
            assert_eq!(kept["artifacts"][0]["created_at"], "2026-01-01T12:00:00");
            assert_eq!(ConversationContext::kept(&kept).to_keep(), kept);
        }
    }

    #[test]
    fn what_cannot_be_read_is_empty() {
        for broken in [json!([]), json!({ "artifacts": 3 }), json!(null)] {
            let kept = ConversationContext::kept(&broken);
            assert_eq!(kept, ConversationContext::default());
        }
    }

    #[test]
    fn counts_have_a_lowest_value() {
        let mut broken = artifact("2026-01-01");
        broken["version"] = json!(0);
        broken["word_count"] = json!(-1);
        let problems = read(json!({ "artifacts": [artifact("2026-01-01"), broken] }));
        let problems = problems.problems();
        let place = |problem: &FieldProblem| serde_json::to_value(&problem.loc).unwrap();
        let artifact = |part: &str| json!(["body", "artifacts", 1, part]);
        assert_eq!(place(&problems[0]), artifact("version"));
        assert_eq!(place(&problems[1]), artifact("word_count"));
    }

    #[test]
    fn filters_never_widen() {
        let of = |filters: Value| read(json!({ "filters": filters })).filters();
        let known = of(json!({ "doc_types": ["Annual Report", "Poem"], "outcome": "Funded" }));
        let known = known.unwrap();
        assert_eq!(known.doc_types, [DocType::AnnualReport]);
        assert_eq!(known.outcomes, [Outcome::Funded]);
        assert_eq!(of(json!({ "doc_types": ["Poem"] })), None);
        assert_eq!(of(json!({ "outcome": "Won" })), None);
        assert_eq!(
            of(json!({ "doc_types": [], "outcome": "" })),
            Some(Filters::default())
        );
        assert_eq!(of(json!(null)), Some(Filters::default()));
    }
}
