//! Users.

use archivist_domain::email::Email;
use archivist_domain::permission::Actor;
use archivist_domain::{UserId, UserRole};
use chrono::NaiveDateTime;
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};

/// An account. The hash stays inside the server: nothing serialises this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub user_id: UserId,
    /// Its address.
    pub email: String,
    /// Argon2id in PHC form, or bcrypt on adopted sites.
    pub hashed_password: String,
    /// The person's name.
    pub full_name: Option<String>,
    /// What the person may do.
    pub role: UserRole,
    /// Whether the person may sign in.
    pub is_active: bool,
    /// Counts as admin whatever the role.
    pub is_superuser: bool,
    /// Set for generated passwords: the next sign-in asks for a new one.
    pub must_change_password: bool,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
}

impl User {
    /// The person as permissions see it.
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: self.user_id,
            email: self.email.clone(),
            role: self.role,
            is_superuser: self.is_superuser,
        }
    }
}

impl Subject for User {
    const ENTITY: &'static str = "user";

    fn id(&self) -> Uuid {
        self.user_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("email", json!(self.email)),
            ("full_name", json!(self.full_name)),
            ("role", json!(self.role)),
            ("is_active", json!(self.is_active)),
            ("is_superuser", json!(self.is_superuser)),
            ("must_change_password", json!(self.must_change_password)),
        ])
    }
}

/// The fields of a new account.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// Its id.
    pub user_id: UserId,
    /// Its address.
    pub email: &'a Email,
    /// The hash of its password.
    pub hashed_password: &'a str,
    /// The person's name.
    pub full_name: Option<&'a str>,
    /// What the person may do.
    pub role: UserRole,
    /// Whether the first sign-in asks for a new password.
    pub must_change_password: bool,
}

/// The account with this address, ignoring letter case. Where an adopted site has
/// twins, the exact spelling wins, then the active one, then the older one.
pub async fn find_by_email(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at
           FROM users WHERE lower(email) = lower($1)
           ORDER BY email = $1 DESC, is_active DESC, created_at LIMIT 1"#,
        email
    )
    .fetch_optional(db)
    .await
}

/// All accounts by address.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at
           FROM users ORDER BY lower(email), created_at"#
    )
    .fetch_all(db)
    .await
}

/// Whether anybody holds the rights of an admin.
pub async fn has_admin(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' OR is_superuser) AS "found!""#
    )
    .fetch_one(db)
    .await
}

/// Whether any account has a password hash of the original, which is renewed at the
/// next sign-in.
pub async fn any_bcrypt(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM users WHERE hashed_password LIKE '$2%') AS "found!""#
    )
    .fetch_one(db)
    .await
}

/// Makes an account, unless one has this address in any letter case.
pub async fn create(tx: &mut Audited, new: &NewUser<'_>) -> sqlx::Result<Option<User>> {
    // Writers of accounts take turns, so that twins by letter case cannot arise.
    sqlx::query!("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
        .execute(&mut **tx)
        .await?;
    let made = sqlx::query_as!(
        User,
        r#"INSERT INTO users (email, hashed_password, full_name, role, must_change_password, user_id)
           SELECT $1::text, $2, $3, $4, $5, $6
           WHERE NOT EXISTS (SELECT 1 FROM users WHERE lower(email) = lower($1::text))
           RETURNING user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at"#,
        new.email.as_str(),
        new.hashed_password,
        new.full_name,
        new.role as UserRole,
        new.must_change_password,
        new.user_id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(user) = &made {
        tx.created(user).await?;
    }
    Ok(made)
}

/// Gives an account another role; returns the one that it had, where there is such
/// an account.
pub async fn set_role(
    tx: &mut Audited,
    id: UserId,
    role: UserRole,
) -> sqlx::Result<Option<UserRole>> {
    let Some(user) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    sqlx::query!(
        "UPDATE users SET role = $2 WHERE user_id = $1",
        id.0,
        role as UserRole
    )
    .execute(&mut **tx)
    .await?;
    let role_fact = |role: UserRole| facts([("role", json!(role))]);
    tx.write(
        "user.role_change",
        &user,
        role_fact(user.role),
        role_fact(role),
    )
    .await?;
    Ok(Some(user.role))
}

/// One account for changing: nobody else changes it until the transaction ends.
async fn get_for_update(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at
           FROM users WHERE user_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// Replaces the hash of a password by another of the same password, unless the
/// password has been changed meanwhile.
pub async fn renew_hash(
    db: impl PgExecutor<'_>,
    id: UserId,
    old_hash: &str,
    new_hash: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET hashed_password = $3 WHERE user_id = $1 AND hashed_password = $2",
        id.0,
        old_hash,
        new_hash
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives an account another password. One that must be changed was given by somebody
/// else: the log says so.
pub async fn set_password(
    tx: &mut Audited,
    user: &User,
    hashed_password: &str,
    must_change: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET hashed_password = $2, must_change_password = $3 WHERE user_id = $1",
        user.user_id.0,
        hashed_password,
        must_change
    )
    .execute(&mut **tx)
    .await?;
    let event = if must_change {
        "user.password_reset"
    } else {
        "user.password_change"
    };
    tx.write(event, user, Facts::new(), Facts::new()).await
}
