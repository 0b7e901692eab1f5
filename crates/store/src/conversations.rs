//! Conversations: questions to the archive and its answers, in order.

use archivist_domain::{ConversationId, MessageId, MessageRole};
use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::Page;
use crate::audit::{Audited, Facts, Subject, facts, mark};

/// A conversation without its messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Its id.
    pub conversation_id: ConversationId,
    /// What it is called, where somebody has said so.
    pub name: Option<String>,
    /// The owner's e-mail address; nobody's on adopted sites.
    pub user_id: Option<String>,
    /// Anything that a client keeps with it: an object.
    pub metadata: Value,
    /// What was agreed on so far: an object.
    pub context: Value,
    /// When it was begun (UTC).
    pub created_at: NaiveDateTime,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
}

impl Subject for Conversation {
    const ENTITY: &'static str = "conversation";

    fn id(&self) -> Uuid {
        self.conversation_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("name", json!(self.name)),
            ("user_id", json!(self.user_id)),
            ("context", mark(&self.context.to_string())),
        ])
    }
}

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The conversation.
    pub conversation: Conversation,
    /// How many messages it has.
    pub message_count: i64,
    /// The beginning of the first one; empty where there is none.
    pub preview: String,
}

/// What was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub message_id: MessageId,
    /// Who said it.
    pub role: MessageRole,
    /// The text.
    pub content: String,
    /// The passages that it cites: a list.
    pub sources: Value,
    /// How it was made: an object.
    pub metadata: Value,
    /// When (UTC).
    pub created_at: NaiveDateTime,
}

/// A question and its answer, which are kept together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn<'a> {
    /// What the person said.
    pub question: &'a str,
    /// What was answered.
    pub answer: &'a str,
    /// The passages that the answer cites: a list.
    pub sources: Value,
    /// How the answer was made: an object.
    pub metadata: Value,
}

/// Whose conversations to list; both conditions hold together.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListFilter<'a> {
    /// Only this person's: as far as the caller may see.
    pub scope: Option<&'a str>,
    /// Only this owner's: as asked for.
    pub owner: Option<&'a str>,
}

/// Begins a conversation, unless there is one with this id already: `None`.
pub async fn begin(
    tx: &mut Audited,
    id: ConversationId,
    owner: &str,
    context: &Value,
) -> sqlx::Result<Option<Conversation>> {
    let made = sqlx::query!(
        "INSERT INTO conversations (conversation_id, user_id, metadata, context)
         VALUES ($1, $2, '{}', $3) ON CONFLICT (conversation_id) DO NOTHING",
        id.0,
        owner,
        context
    )
    .execute(&mut **tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(None);
    }
    let conversation = get(&mut **tx, id).await?;
    if let Some(conversation) = &conversation {
        tx.created(conversation).await?;
    }
    Ok(conversation)
}

/// One conversation.
pub async fn get(
    db: impl PgExecutor<'_>,
    id: ConversationId,
) -> sqlx::Result<Option<Conversation>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT conversation_id AS "conversation_id: ConversationId", name, user_id, metadata,
                  context, created_at, updated_at
           FROM conversations WHERE conversation_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Into::into))
}

/// One conversation for changing: nobody else changes it until the transaction ends.
pub async fn get_for_update(
    conn: &mut PgConnection,
    id: ConversationId,
) -> sqlx::Result<Option<Conversation>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT conversation_id AS "conversation_id: ConversationId", name, user_id, metadata,
                  context, created_at, updated_at
           FROM conversations WHERE conversation_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// Conversations, the one that was last spoken in first.
pub async fn list(
    conn: &mut PgConnection,
    filter: ListFilter<'_>,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Page<Listed>> {
    let rows = sqlx::query!(
        r#"SELECT c.conversation_id AS "conversation_id: ConversationId", c.name, c.user_id,
                  c.metadata, c.context, c.created_at, c.updated_at,
                  said.messages AS "messages!", coalesce(first.preview, '') AS "preview!"
           FROM conversations c
           CROSS JOIN LATERAL (
               SELECT count(*) AS messages FROM messages m
               WHERE m.conversation_id = c.conversation_id
           ) said
           LEFT JOIN LATERAL (
               SELECT left(m.content, 100) AS preview FROM messages m
               WHERE m.conversation_id = c.conversation_id
               ORDER BY m.created_at, m.role DESC, m.message_id LIMIT 1
           ) first ON true
           WHERE ($1::text IS NULL OR c.user_id = $1) AND ($2::text IS NULL OR c.user_id = $2)
           ORDER BY c.updated_at DESC, c.conversation_id OFFSET $3 LIMIT $4"#,
        filter.scope,
        filter.owner,
        skip,
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    let listed = rows.into_iter().map(|r| Listed {
        conversation: Conversation {
            conversation_id: r.conversation_id,
            name: r.name,
            user_id: r.user_id,
            metadata: object(r.metadata),
            context: object(Some(r.context)),
            created_at: r.created_at,
            updated_at: r.updated_at,
        },
        message_count: r.messages,
        preview: r.preview,
    });
    Ok(Page {
        rows: listed.collect(),
        total: count(conn, filter).await?,
    })
}

async fn count(conn: &mut PgConnection, filter: ListFilter<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "total!" FROM conversations
           WHERE ($1::text IS NULL OR user_id = $1) AND ($2::text IS NULL OR user_id = $2)"#,
        filter.scope,
        filter.owner
    )
    .fetch_one(conn)
    .await
}

/// All that was said in a conversation, oldest first.
pub async fn messages(db: impl PgExecutor<'_>, id: ConversationId) -> sqlx::Result<Vec<Message>> {
    // Old rows of one moment: the question comes before its answer.
    let rows = sqlx::query!(
        r#"SELECT message_id AS "message_id: MessageId", role AS "role: MessageRole", content,
                  sources, metadata, created_at
           FROM messages WHERE conversation_id = $1
           ORDER BY created_at, role DESC, message_id"#,
        id.0
    )
    .fetch_all(db)
    .await?;
    let message = rows.into_iter().map(|r| Message {
        message_id: r.message_id,
        role: r.role,
        content: r.content,
        sources: list_of(r.sources),
        metadata: object(r.metadata),
        created_at: r.created_at,
    });
    Ok(message.collect())
}

/// How much was said in a conversation, and the last that its person said, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent {
    /// How many messages of both there are among the last ones.
    pub messages: i64,
    /// The questions among them.
    pub questions: Vec<String>,
}

/// What the last `window` messages of a conversation were.
pub async fn recent(
    db: impl PgExecutor<'_>,
    id: ConversationId,
    window: i64,
) -> sqlx::Result<Recent> {
    let rows = sqlx::query!(
        r#"SELECT role AS "role: MessageRole", content FROM (
               SELECT role, content, created_at, message_id FROM messages
               WHERE conversation_id = $1
               ORDER BY created_at DESC, role, message_id DESC LIMIT $2
           ) last ORDER BY created_at, role DESC, message_id"#,
        id.0,
        window
    )
    .fetch_all(db)
    .await?;
    let messages = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let said = rows.into_iter().filter(|r| r.role == MessageRole::User);
    Ok(Recent {
        messages,
        questions: said.map(|r| r.content).collect(),
    })
}

/// Adds a question and its answer to a conversation that the caller has for changing,
/// and says how many messages it now has. `now` is UTC.
pub async fn add_turn(
    conn: &mut PgConnection,
    id: ConversationId,
    turn: &Turn<'_>,
    now: NaiveDateTime,
) -> sqlx::Result<i64> {
    let before = sqlx::query!(
        r#"SELECT count(*) AS "messages!", max(created_at) AS last FROM messages
           WHERE conversation_id = $1"#,
        id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    // Messages are told in the order of their times, so no two have the same.
    let tick = TimeDelta::microseconds(1);
    let asked = before.last.map_or(now, |last| now.max(last + tick));
    sqlx::query!(
        "INSERT INTO messages (conversation_id, role, content, sources, metadata, created_at)
         VALUES ($1, 'user', $2, '[]', '{}', $3), ($1, 'assistant', $4, $5, $6, $7)",
        id.0,
        turn.question,
        asked,
        turn.answer,
        turn.sources,
        turn.metadata,
        asked + tick
    )
    .execute(conn)
    .await?;
    Ok(before.messages + 2)
}

/// Keeps a context; returns when. A conversation that goes on is the newest again.
pub async fn keep_context(
    conn: &mut PgConnection,
    id: ConversationId,
    context: &Value,
) -> sqlx::Result<NaiveDateTime> {
    sqlx::query_scalar!(
        "UPDATE conversations SET context = $2 WHERE conversation_id = $1 RETURNING updated_at",
        id.0,
        context
    )
    .fetch_one(conn)
    .await
}

/// Puts another context in the place of the one that a conversation has.
pub async fn replace_context(
    tx: &mut Audited,
    old: &Conversation,
    context: Value,
) -> sqlx::Result<Conversation> {
    let updated_at = keep_context(tx, old.conversation_id, &context).await?;
    let new = Conversation {
        context,
        updated_at,
        ..old.clone()
    };
    tx.updated(old, &new).await?;
    Ok(new)
}

/// Deletes a conversation with its messages; says whether it was there. Outputs that
/// came from it stay.
pub async fn delete(tx: &mut Audited, old: &Conversation) -> sqlx::Result<bool> {
    let id = old.conversation_id.0;
    let done = sqlx::query!("DELETE FROM conversations WHERE conversation_id = $1", id)
        .execute(&mut **tx)
        .await?;
    let was_there = done.rows_affected() > 0;
    if was_there {
        tx.deleted(old).await?;
    }
    Ok(was_there)
}

struct Row {
    conversation_id: ConversationId,
    name: Option<String>,
    user_id: Option<String>,
    metadata: Option<Value>,
    context: Value,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<Row> for Conversation {
    fn from(row: Row) -> Self {
        Self {
            conversation_id: row.conversation_id,
            name: row.name,
            user_id: row.user_id,
            metadata: object(row.metadata),
            context: object(Some(row.context)),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// An object as it was kept; old rows hold it as a text within JSON, or not at all.
fn object(kept: Option<Value>) -> Value {
    match decoded(kept) {
        Value::Object(object) => object.into(),
        _ => Map::new().into(),
    }
}

/// The same for a list.
fn list_of(kept: Option<Value>) -> Value {
    match decoded(kept) {
        Value::Array(list) => list.into(),
        _ => Vec::<Value>::new().into(),
    }
}

fn decoded(kept: Option<Value>) -> Value {
    match kept.unwrap_or_default() {
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_34_json_within_json_is_read_and_anything_else_is_empty() {
        let kept = |value: Value| Some(value);
        assert_eq!(object(kept(json!("{\"a\": 1}"))), json!({ "a": 1 }));
        assert_eq!(object(kept(json!({ "a": 1 }))), json!({ "a": 1 }));
        for broken in [None, kept(json!("{")), kept(json!([])), kept(json!(3))] {
            assert_eq!(object(broken), json!({}));
        }
        assert_eq!(list_of(kept(json!("[1]"))), json!([1]));
        assert_eq!(list_of(kept(json!("{}"))), json!([]));
        assert_eq!(list_of(None), json!([]));
    }
}
