//! Conversations with the library (contract, 7.4).
//!
//! A question and its answer are kept together: where answering fails, nothing is kept,
//! and the person can simply ask again.

mod answering;
mod body;
mod context;
mod reply;

use archivist_domain::ConversationId;
use archivist_domain::permission::Actor;
use archivist_store::audit::Audited;
use archivist_store::conversations::{self, Conversation, ListFilter, Recent, Turn};
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use self::answering::Answered;
use self::body::{ChatRequest, Said};
use self::context::ConversationContext;
use self::reply::{
    AnswerMetadata, ChatResponse, ChatSource, ContextReply, ConversationDeleted, ConversationList,
    ConversationReply,
};
use super::alias::also_below;
use super::failure::ErrorBody;
use super::pagination::PageSize;
use super::path::Id;
use super::refusals::{ForWriters, Searching, WithFields};
use crate::auth::Writer;
use crate::defaults::Defaults;
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::state::AppState;

const PAGE: PageSize = PageSize {
    default: 50,
    max: 1000,
};

const HERE: &str = "/api/chat";

/// Where an older client looks for them.
const THERE: &str = "/api/conversations";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, say))
        .routes(routes!(get, delete))
        .routes(routes!(get_context, replace_context))
        .routes(also_below(routes!(list), HERE, THERE))
        .routes(also_below(routes!(get, delete), HERE, THERE))
}

/// Says something, and gets an answer from the library.
///
/// A question is answered with the sentences of the library that answer it, each with the
/// markers of its sources. "And in 2022?" goes on from the question before. Where somebody
/// asks for a section to be written ("Write the budget narrative"), and it is named, agreed
/// on in `context` or given in `parameters`, it is drafted as by `POST /api/query`. When
/// the library has no answer, the reply says so in words, with 200 and without sources.
#[utoipa::path(post, path = "/api/chat", operation_id = "chat", tag = "chat",
    request_body = ChatRequest,
    responses(
        (status = 200, description = "The answer", body = ChatResponse),
        (status = 400, description = "The message is blank, or the id is not a UUID", body = ErrorBody),
        (status = 403, description = "The conversation is somebody else's", body = ErrorBody),
        (status = 404, description = "The conversation was deleted while the answer was written", body = ErrorBody),
        WithFields,
        Searching,
        ForWriters,
    ))]
async fn say(
    State(state): State<AppState>,
    writer: Writer,
    client: Client,
    Json(body): Json<ChatRequest>,
) -> Result<Json<ChatResponse>, Error> {
    let defaults = Defaults::read(&state.pool).await?;
    let said = body.check(defaults, state.settings.organization.clone())?;
    let actor = writer.actor();
    let id = said.conversation.unwrap_or_else(|| Uuid::new_v4().into());
    let known = conversations::get(&state.pool, id).await?;
    if let Some(known) = &known {
        may_use(&actor, known)?;
    }
    let earlier = earlier(&state, &said, known.as_ref()).await?;
    let context = kept_context(known.as_ref()).with(said.context.clone());
    let answered = answering::answer_to(&state, &said, &context, &earlier.questions).await?;
    let answer = Answer::new(answered, earlier.messages, state.clock.now().naive_utc());
    let mut tx = state.begin(client.by(actor.user_id)).await?;
    let conversation = begin_or_go_on(&mut tx, id, &actor).await?;
    let (context, message_count) = keep(&mut tx, &conversation, said, &answer).await?;
    tx.commit().await?;
    Ok(Json(ChatResponse {
        message: answer.text,
        requires_rag: !answer.sources.is_empty(),
        sources: answer.sources,
        conversation_id: id,
        message_count,
        metadata: answer.metadata,
        context,
    }))
}

/// An answer as it is kept and sent.
struct Answer {
    text: String,
    sources: Vec<ChatSource>,
    metadata: AnswerMetadata,
}

impl Answer {
    fn new(answered: Answered, context_messages: i64, timestamp: NaiveDateTime) -> Self {
        Self {
            text: answered.text,
            sources: answered.sources.into_iter().map(Into::into).collect(),
            metadata: AnswerMetadata {
                model: answered.model,
                tokens_used: answered.tokens_used,
                context_messages,
                timestamp,
                quality_issues: answered.quality_issues,
            },
        }
    }
}

/// Keeps what was said and answered; returns what is now agreed on, and how many messages
/// there are.
async fn keep(
    tx: &mut Audited,
    conversation: &Conversation,
    said: Said,
    answer: &Answer,
) -> Result<(ConversationContext, i64), Error> {
    let (id, now) = (conversation.conversation_id, answer.metadata.timestamp);
    // As it is now: another message may have changed it while this one was answered.
    let context = ConversationContext::kept(&conversation.context)
        .with(said.context)
        .after(&said.message, now);
    conversations::keep_context(tx, id, &context.to_keep()).await?;
    let turn = Turn {
        question: &said.message,
        answer: &answer.text,
        sources: json!(answer.sources),
        metadata: json!(answer.metadata),
    };
    let message_count = conversations::add_turn(tx, id, &turn, now).await?;
    Ok((context, message_count))
}

/// The questions before this one: those that are kept, or else those that the client
/// remembers.
async fn earlier(
    state: &AppState,
    said: &Said,
    known: Option<&Conversation>,
) -> Result<Recent, Error> {
    let kept = match known {
        Some(known) => {
            conversations::recent(&state.pool, known.conversation_id, said.window).await?
        }
        None => Recent::default(),
    };
    if kept.messages > 0 {
        return Ok(kept);
    }
    let (questions, messages) = said.history.clone();
    Ok(Recent {
        messages,
        questions,
    })
}

fn kept_context(known: Option<&Conversation>) -> ConversationContext {
    known.map_or_else(ConversationContext::default, |known| {
        ConversationContext::kept(&known.context)
    })
}

/// The conversation with this id, which nobody else changes until the transaction ends.
async fn begin_or_go_on(
    tx: &mut Audited,
    id: ConversationId,
    actor: &Actor,
) -> Result<Conversation, Error> {
    let nothing_yet = ConversationContext::default().to_keep();
    if let Some(new) = conversations::begin(tx, id, &actor.email, &nothing_yet).await? {
        return Ok(new);
    }
    let known = conversations::get_for_update(tx, id).await?;
    let known = known.ok_or_else(|| unknown(id))?;
    may_use(actor, &known)?;
    Ok(known)
}

/// Which conversations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only those of the person with this address. Others than admins see their own alone.
    #[param(example = "ana@example.org")]
    user_id: Option<String>,
    /// How many to pass over; 0 when not given.
    #[param(minimum = 0)]
    skip: Option<i64>,
    /// How many to return at most; 50 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// One's own conversations, the one that was last used first; an admin sees all.
#[utoipa::path(get, path = "/api/chat", operation_id = "list_conversations", tag = "chat", params(ListParams), responses(
    (status = 200, description = "The conversations", body = ConversationList),
    WithFields,
    ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    writer: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<ConversationList>, Error> {
    let window = PAGE.window(params.skip, params.limit)?;
    let actor = writer.actor();
    let filter = ListFilter {
        scope: actor.conversations_scope(),
        owner: params.user_id.as_deref(),
    };
    let mut conn = state.pool.acquire().await?;
    let found = conversations::list(&mut conn, filter, window.skip, window.limit).await?;
    Ok(Json(ConversationList::new(found, window)))
}

/// A conversation with all that was said in it, oldest first.
#[utoipa::path(get, path = "/api/chat/{conversation_id}", operation_id = "get_conversation", tag = "chat",
    params(("conversation_id" = ConversationId, Path, description = "The conversation", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    responses(
        (status = 200, description = "The conversation", body = ConversationReply),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 403, description = "The conversation is somebody else's", body = ErrorBody),
        (status = 404, description = "There is no such conversation", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationReply>, Error> {
    let conversation = load(&state, &writer.actor(), id).await?;
    let messages = conversations::messages(&state.pool, id).await?;
    Ok(Json(ConversationReply::new(conversation, messages)))
}

/// Deletes a conversation with its messages; outputs that came from it stay.
#[utoipa::path(delete, path = "/api/chat/{conversation_id}", operation_id = "delete_conversation", tag = "chat",
    params(("conversation_id" = ConversationId, Path, description = "The conversation", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    responses(
        (status = 200, description = "The conversation is gone", body = ConversationDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 403, description = "The conversation is somebody else's", body = ErrorBody),
        (status = 404, description = "There is no such conversation", body = ErrorBody),
        (status = 409, description = "An adopted output that came from it breaks a rule", body = ErrorBody),
        ForWriters,
    ))]
async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    client: Client,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationDeleted>, Error> {
    let conversation = load(&state, &writer.actor(), id).await?;
    let mut tx = state.begin(client.by(writer.0.user.user_id)).await?;
    let gone = conversations::delete(&mut tx, &conversation).await;
    if !gone.map_err(Error::of_deletion)? {
        return Err(unknown(id));
    }
    tx.commit().await?;
    Ok(Json(ConversationDeleted::of(id)))
}

/// What a conversation has agreed on.
#[utoipa::path(get, path = "/api/chat/conversations/{conversation_id}/context", operation_id = "get_conversation_context", tag = "chat",
    params(("conversation_id" = ConversationId, Path, description = "The conversation", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    responses(
        (status = 200, description = "The context", body = ContextReply),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 403, description = "The conversation is somebody else's", body = ErrorBody),
        (status = 404, description = "There is no such conversation", body = ErrorBody),
        ForWriters,
    ))]
async fn get_context(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<ConversationId>,
) -> Result<Json<ContextReply>, Error> {
    Ok(Json(load(&state, &writer.actor(), id).await?.into()))
}

/// Puts another context in the place of the one that a conversation has: what is left out
/// is gone. (A message changes only what it sends.)
#[utoipa::path(post, path = "/api/chat/conversations/{conversation_id}/context", operation_id = "replace_conversation_context", tag = "chat",
    params(("conversation_id" = ConversationId, Path, description = "The conversation", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    request_body = ConversationContext,
    responses(
        (status = 200, description = "The context as it now is", body = ContextReply),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 403, description = "The conversation is somebody else's", body = ErrorBody),
        (status = 404, description = "There is no such conversation", body = ErrorBody),
        WithFields,
        ForWriters,
    ))]
async fn replace_context(
    State(state): State<AppState>,
    writer: Writer,
    client: Client,
    Id(id): Id<ConversationId>,
    Json(sent): Json<ConversationContext>,
) -> Result<Json<ContextReply>, Error> {
    let problems = sent.problems();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut tx = state.begin(client.by(writer.0.user.user_id)).await?;
    let old = conversations::get_for_update(&mut tx, id).await?;
    let old = old.ok_or_else(|| unknown(id))?;
    may_use(&writer.actor(), &old)?;
    let new = conversations::replace_context(&mut tx, &old, sent.to_keep()).await?;
    tx.commit().await?;
    Ok(Json(new.into()))
}

async fn load(state: &AppState, actor: &Actor, id: ConversationId) -> Result<Conversation, Error> {
    let found = conversations::get(&state.pool, id).await?;
    let found = found.ok_or_else(|| unknown(id))?;
    may_use(actor, &found)?;
    Ok(found)
}

fn may_use(actor: &Actor, conversation: &Conversation) -> Result<(), Error> {
    if actor.may_use_conversation(conversation.user_id.as_deref()) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "This conversation is not yours: only its owner and admins may use it.".to_owned(),
    ))
}

fn unknown(id: ConversationId) -> Error {
    Error::NotFound(format!("There is no conversation {id}."))
}
