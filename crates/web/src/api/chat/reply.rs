//! What the conversations' routes answer.

use archivist_domain::{ConversationId, DocType, DocumentId, MessageId, MessageRole, PassageId};
use archivist_draft::Source;
use archivist_store::Page;
use archivist_store::conversations::{Conversation, Listed, Message};
use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::context::ConversationContext;
use crate::api::offsets;
use crate::api::pagination::Window;
use crate::api::query::EXCERPT_CHARS;
use crate::wire;

/// A passage that an answer cites. It is kept with the answer as it was then; the whole
/// passage stands in its document.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct ChatSource {
    /// The number in its markers, from 1.
    id: u32,
    /// The file name of its document.
    #[schema(example = "report-2024.pdf")]
    filename: String,
    /// The kind of its document.
    doc_type: DocType,
    /// The year of its document.
    year: Option<i32>,
    /// The beginning of its text: 500 characters.
    #[schema(example = "In 2024 we served 412 families.")]
    excerpt: String,
    /// The score of the search, 0 to 1.
    relevance: f64,
    /// Its place in the document, from 0.
    chunk_index: u32,
    /// The passage.
    passage_id: PassageId,
    /// Its document.
    doc_id: DocumentId,
    /// What the document is called.
    #[schema(example = "Annual report 2024")]
    title: String,
    /// The page it begins on, from 1.
    page: Option<u32>,
    /// The headings above it.
    #[schema(example = "Results")]
    heading: Option<String>,
}

impl From<Source> for ChatSource {
    fn from(source: Source) -> Self {
        Self {
            id: source.number,
            excerpt: offsets::excerpt(&source.text, EXCERPT_CHARS),
            filename: source.filename,
            doc_type: source.doc_type,
            year: source.year,
            relevance: to_four_places(source.relevance),
            chunk_index: source.ordinal,
            passage_id: source.passage,
            doc_id: source.document,
            title: source.title,
            page: source.page,
            heading: source.heading,
        }
    }
}

/// The same figure when it is sent and when it has been kept.
fn to_four_places(score: f32) -> f64 {
    (f64::from(score) * 1e4).round() / 1e4
}

/// How an answer was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnswerMetadata {
    /// Who wrote it.
    #[schema(example = "built-in answerer")]
    pub(super) model: String,
    /// Tokens that a language model read and wrote; 0 where there is none.
    pub(super) tokens_used: u32,
    /// How many earlier messages counted.
    pub(super) context_messages: i64,
    /// When it was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    pub(super) timestamp: NaiveDateTime,
    /// One line per kind of trouble, such as sources that contradict each other.
    #[schema(example = json!(["Two sources contradict each other."]))]
    pub(super) quality_issues: Vec<String>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "message": "In 2023 the kitchen served 120 families [1].",
    "sources": [{
        "id": 1,
        "filename": "annual-report-2023.pdf",
        "doc_type": "Annual Report",
        "year": 2023,
        "excerpt": "In 2023 the kitchen served 120 families.",
        "relevance": 0.92,
        "chunk_index": 4,
        "passage_id": "5b0f9a52-0d7c-4d59-9d39-3f6b1a4c2e77",
        "doc_id": "0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10",
        "title": "Annual Report 2023",
        "page": 3,
        "heading": "Our year",
    }],
    "conversation_id": "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f",
    "message_count": 2,
    "requires_rag": true,
    "metadata": {
        "model": "built-in answerer",
        "tokens_used": 0,
        "context_messages": 0,
        "timestamp": "2026-11-22T13:07:22.770141",
        "quality_issues": [],
    },
    "context": {
        "writing_style_id": null, "audience": null, "section": null, "tone": null,
        "filters": null, "artifacts": [],
        "last_query": "How many families did we serve in 2023?",
        "session_metadata": {
            "started_at": "2026-11-22T13:07:22.770141",
            "last_active": "2026-11-22T13:07:22.770141",
        },
    },
}))]
pub(super) struct ChatResponse {
    /// The answer, with markers `[n]`; or, in words, that the library has none.
    pub(super) message: String,
    /// The passages that it cites; none where the library has no answer.
    pub(super) sources: Vec<ChatSource>,
    /// The conversation.
    pub(super) conversation_id: ConversationId,
    /// How many messages it now has.
    pub(super) message_count: i64,
    /// Whether the answer came from the library: whether it has sources.
    pub(super) requires_rag: bool,
    /// How the answer was made.
    pub(super) metadata: AnswerMetadata,
    /// What the conversation has agreed on by now.
    pub(super) context: ConversationContext,
}

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ListedConversation {
    /// Its id.
    conversation_id: ConversationId,
    /// What it is called.
    #[schema(example = "Spring application")]
    name: Option<String>,
    /// The owner's address; null on adopted sites.
    #[schema(example = "walter@example.org")]
    user_id: Option<String>,
    /// Anything that a client keeps with it.
    #[schema(value_type = Object)]
    metadata: Value,
    /// What it has agreed on.
    context: ConversationContext,
    /// When it was begun (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
    /// How many messages it has.
    message_count: i64,
    /// The first 100 characters of the first one.
    #[schema(example = "How many families did we serve in 2024?")]
    preview: String,
}

impl From<Listed> for ListedConversation {
    fn from(listed: Listed) -> Self {
        let of = listed.conversation;
        Self {
            conversation_id: of.conversation_id,
            name: of.name,
            user_id: of.user_id,
            metadata: of.metadata,
            context: ConversationContext::kept(&of.context),
            created_at: of.created_at,
            updated_at: of.updated_at,
            message_count: listed.message_count,
            preview: listed.preview,
        }
    }
}

/// A part of the list of conversations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "conversations": [{
        "conversation_id": "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f",
        "name": null,
        "user_id": "ana@example.org",
        "metadata": {},
        "context": {
            "writing_style_id": null, "audience": null, "section": null, "tone": null,
            "filters": null, "artifacts": [],
            "last_query": "And in 2022?", "session_metadata": null,
        },
        "created_at": "2026-11-22T13:07:22.770141",
        "updated_at": "2026-11-22T13:09:01.204518",
        "message_count": 4,
        "preview": "How many families did we serve in 2023?",
    }],
    "total_count": 1,
    "skip": 0,
    "limit": 50,
}))]
pub(super) struct ConversationList {
    /// The conversations, the one that was last used first.
    conversations: Vec<ListedConversation>,
    /// How many there are in all.
    total_count: i64,
    /// How many were passed over.
    skip: i64,
    /// How many there are here at most.
    limit: i64,
}

impl ConversationList {
    /// The part that the window shows.
    pub(super) fn new(found: Page<Listed>, window: Window) -> Self {
        Self {
            conversations: found.rows.into_iter().map(Into::into).collect(),
            total_count: found.total,
            skip: window.skip,
            limit: window.limit,
        }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatMessage)]
struct MessageReply {
    /// Its id.
    message_id: MessageId,
    /// Who said it.
    role: MessageRole,
    /// The text.
    #[schema(example = "How many families did we serve in 2024?")]
    content: String,
    /// The passages that it cites, as they were kept then: those of an answer
    /// (`ChatSource`), or with fewer fields where the original kept them.
    #[schema(value_type = Vec<Object>)]
    sources: Value,
    /// How it was made.
    #[schema(value_type = Object)]
    metadata: Value,
    /// When it was said (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
}

impl From<Message> for MessageReply {
    fn from(message: Message) -> Self {
        Self {
            message_id: message.message_id,
            role: message.role,
            content: message.content,
            sources: message.sources,
            metadata: message.metadata,
            created_at: message.created_at,
        }
    }
}

/// A conversation with all that was said in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversation, example = json!({
    "conversation_id": "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f",
    "name": null,
    "user_id": "ana@example.org",
    "metadata": {},
    "context": {
        "writing_style_id": null, "audience": null, "section": null, "tone": null,
        "filters": null, "artifacts": [],
        "last_query": "How many families did we serve in 2023?", "session_metadata": null,
    },
    "created_at": "2026-11-22T13:07:22.770141",
    "updated_at": "2026-11-22T13:07:22.770141",
    "messages": [{
        "message_id": "0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10",
        "role": "user",
        "content": "How many families did we serve in 2023?",
        "sources": [],
        "metadata": {},
        "created_at": "2026-11-22T13:07:22.770141",
    }],
}))]
pub(super) struct ConversationReply {
    /// Its id.
    conversation_id: ConversationId,
    /// What it is called.
    name: Option<String>,
    /// The owner's address; null on adopted sites.
    user_id: Option<String>,
    /// Anything that a client keeps with it.
    #[schema(value_type = Object)]
    metadata: Value,
    /// What it has agreed on.
    context: ConversationContext,
    /// When it was begun (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
    /// What was said, oldest first.
    messages: Vec<MessageReply>,
}

impl ConversationReply {
    /// The conversation with its messages.
    pub(super) fn new(of: Conversation, messages: Vec<Message>) -> Self {
        Self {
            conversation_id: of.conversation_id,
            name: of.name,
            user_id: of.user_id,
            metadata: of.metadata,
            context: ConversationContext::kept(&of.context),
            created_at: of.created_at,
            updated_at: of.updated_at,
            messages: messages.into_iter().map(Into::into).collect(),
        }
    }
}

/// A conversation that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationDeleted {
    /// Always true.
    success: bool,
    /// What was done.
    #[schema(example = "Conversation deleted successfully")]
    message: &'static str,
    /// The conversation.
    conversation_id: ConversationId,
}

impl ConversationDeleted {
    /// The reply about this one.
    pub(super) fn of(conversation_id: ConversationId) -> Self {
        Self {
            success: true,
            message: "Conversation deleted successfully",
            conversation_id,
        }
    }
}

/// What a conversation has agreed on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "conversation_id": "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f",
    "context": {
        "writing_style_id": null,
        "audience": "Federal RFP",
        "section": "Organizational Capacity",
        "tone": null,
        "filters": { "doc_types": null, "years": [2023], "programs": null, "outcome": null },
        "artifacts": [],
        "last_query": "How many families did we serve in 2023?",
        "session_metadata": {
            "started_at": "2026-11-22T13:07:22.770141",
            "last_active": "2026-11-22T13:09:01.204518",
        },
    },
    "updated_at": "2026-11-22T13:09:01.204518",
}))]
pub(super) struct ContextReply {
    /// The conversation.
    conversation_id: ConversationId,
    /// The whole of it; what is not said is null.
    context: ConversationContext,
    /// When the conversation last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
}

impl From<Conversation> for ContextReply {
    fn from(of: Conversation) -> Self {
        Self {
            conversation_id: of.conversation_id,
            context: ConversationContext::kept(&of.context),
            updated_at: of.updated_at,
        }
    }
}
