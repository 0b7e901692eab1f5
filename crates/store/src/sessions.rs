//! Signed-in sessions. Only hashes of tokens are kept, but for those that an adopted
//! site brought along: the original kept them as they are, and sometimes twice.

use archivist_domain::{SessionId, UserId, UserRole};
use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::audit::{Audited, Facts};
use crate::users::User;

/// The fields of a new session.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// Who signed in.
    pub user: &'a User,
    /// Hash of the access token or the cookie.
    pub access_hash: &'a str,
    /// Hash of the refresh token, for API sessions.
    pub refresh_hash: Option<&'a str>,
    /// When access ends (UTC).
    pub expires_at: DateTime<Utc>,
    /// When the refresh token ends.
    pub refresh_expires_at: Option<DateTime<Utc>>,
    /// Where from.
    pub ip_address: Option<&'a str>,
    /// With what.
    pub user_agent: Option<&'a str>,
}

/// Opens a session for somebody who has signed in.
pub async fn open(tx: &mut Audited, new: &NewSession<'_>) -> sqlx::Result<SessionId> {
    let id = insert(tx, new).await?;
    tx.write("user.login", new.user, Facts::new(), Facts::new())
        .await?;
    Ok(id)
}

/// Puts a session in the place of another, which ends. `false` says that it had ended
/// already: of two that race to refresh, one is told so.
pub async fn renew(tx: &mut Audited, old: SessionId, new: &NewSession<'_>) -> sqlx::Result<bool> {
    if !delete(tx, old).await? {
        return Ok(false);
    }
    insert(tx, new).await?;
    tx.write("user.token_refresh", new.user, Facts::new(), Facts::new())
        .await?;
    Ok(true)
}

/// Ends the session of somebody who signs out.
pub async fn end(tx: &mut Audited, session: &SignedIn) -> sqlx::Result<()> {
    delete(tx, session.session_id).await?;
    tx.write("user.logout", &session.user, Facts::new(), Facts::new())
        .await
}

async fn insert(conn: &mut PgConnection, new: &NewSession<'_>) -> sqlx::Result<SessionId> {
    sqlx::query_scalar!(
        r#"INSERT INTO user_sessions (user_id, access_token, refresh_token, expires_at,
                refresh_expires_at, ip_address, user_agent)
           VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING session_id AS "session_id: SessionId""#,
        new.user.user_id.0,
        new.access_hash,
        new.refresh_hash,
        new.expires_at.naive_utc(),
        new.refresh_expires_at,
        new.ip_address,
        new.user_agent
    )
    .fetch_one(conn)
    .await
}

/// A session with its user, as a token finds it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session_id: SessionId,
    /// When access ends (UTC).
    pub expires_at: NaiveDateTime,
    /// Whose it is; always active.
    pub user: User,
}

/// What is presented to open a session. A signed token of the original is found as it
/// is, and only after its signature was proven: a hash that somebody has read in the
/// database opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A browser's cookie.
    Cookie {
        /// What is kept of it.
        hash: &'a str,
    },
    /// A signed access token.
    Access {
        /// The token itself.
        clear: &'a str,
        /// What is kept of ours.
        hash: &'a str,
    },
    /// A signed refresh token.
    Refresh {
        /// The token itself.
        clear: &'a str,
        /// What is kept of ours.
        hash: &'a str,
    },
}

/// The session that a token opens at time `now`, if its user is active.
pub async fn find(
    db: impl PgExecutor<'_>,
    token: Token<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<SignedIn>> {
    let found = match token {
        Token::Cookie { hash } => by_access(db, &[hash.to_owned()], now).await?,
        Token::Access { clear, hash } => {
            by_access(db, &[clear.to_owned(), hash.to_owned()], now).await?
        }
        Token::Refresh { clear, hash } => {
            by_refresh(db, &[clear.to_owned(), hash.to_owned()], now).await?
        }
    };
    Ok(found.map(Into::into))
}

/// A session and its user, as one row.
struct Found {
    session_id: SessionId,
    expires_at: NaiveDateTime,
    user_id: UserId,
    email: String,
    hashed_password: String,
    full_name: Option<String>,
    role: UserRole,
    is_active: bool,
    is_superuser: bool,
    must_change_password: bool,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

// Two queries rather than one with OR, which PostgreSQL would have to plan anew each time:
// the first is part of every request.
async fn by_access(
    db: impl PgExecutor<'_>,
    tokens: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Found>> {
    sqlx::query_as!(
        Found,
        r#"SELECT s.session_id AS "session_id: SessionId", s.expires_at,
                  u.user_id AS "user_id: UserId", u.email, u.hashed_password, u.full_name,
                  u.role AS "role: UserRole", u.is_active, u.is_superuser, u.must_change_password,
                  u.created_at, u.updated_at
           FROM user_sessions s JOIN users u USING (user_id)
           WHERE s.access_token = ANY ($1) AND s.expires_at > $2 AND u.is_active
           ORDER BY s.expires_at DESC LIMIT 1"#,
        tokens,
        now.naive_utc()
    )
    .fetch_optional(db)
    .await
}

async fn by_refresh(
    db: impl PgExecutor<'_>,
    tokens: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Found>> {
    sqlx::query_as!(
        Found,
        r#"SELECT s.session_id AS "session_id: SessionId", s.expires_at,
                  u.user_id AS "user_id: UserId", u.email, u.hashed_password, u.full_name,
                  u.role AS "role: UserRole", u.is_active, u.is_superuser, u.must_change_password,
                  u.created_at, u.updated_at
           FROM user_sessions s JOIN users u USING (user_id)
           WHERE s.refresh_token = ANY ($1) AND s.refresh_expires_at > $2 AND u.is_active
           ORDER BY s.expires_at DESC LIMIT 1"#,
        tokens,
        now
    )
    .fetch_optional(db)
    .await
}

impl From<Found> for SignedIn {
    fn from(found: Found) -> Self {
        Self {
            session_id: found.session_id,
            expires_at: found.expires_at,
            user: User {
                user_id: found.user_id,
                email: found.email,
                hashed_password: found.hashed_password,
                full_name: found.full_name,
                role: found.role,
                is_active: found.is_active,
                is_superuser: found.is_superuser,
                must_change_password: found.must_change_password,
                created_at: found.created_at,
                updated_at: found.updated_at,
            },
        }
    }
}

/// Ends a session; says whether it was there. Adopted sites have rows that share a
/// token, since it told no more than the person and the second: they are one session,
/// and none of them may outlive it.
async fn delete(conn: &mut PgConnection, id: SessionId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM user_sessions WHERE session_id IN (
             SELECT twin.session_id FROM user_sessions session
             JOIN user_sessions twin ON twin.session_id = session.session_id
                 OR twin.access_token = session.access_token
                 OR twin.refresh_token = session.refresh_token
             WHERE session.session_id = $1
             ORDER BY twin.session_id FOR UPDATE OF twin)",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all sessions of a user but one.
pub async fn delete_others(
    conn: &mut PgConnection,
    user: UserId,
    keep: Option<SessionId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM user_sessions WHERE user_id = $1 AND ($2::uuid IS NULL OR session_id <> $2)",
        user.0,
        keep.map(|id| id.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes sessions whose tokens have all ended.
pub async fn purge(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM user_sessions WHERE expires_at < $1
         AND (refresh_expires_at IS NULL OR refresh_expires_at < $2)",
        now.naive_utc(),
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
