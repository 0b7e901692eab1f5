//! Users.

use archivist_domain::email::Email;
use archivist_domain::permission::Actor;
use archivist_domain::{UserId, UserRole};
use chrono::NaiveDateTime;
use sqlx::{PgConnection, PgExecutor};

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

/// The fields of a new account.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
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

/// Makes an account, unless one has this address in any letter case.
pub async fn create(conn: &mut PgConnection, new: &NewUser<'_>) -> sqlx::Result<Option<User>> {
    // Writers of accounts take turns, so that twins by letter case cannot arise.
    sqlx::query!("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
        .execute(&mut *conn)
        .await?;
    sqlx::query_as!(
        User,
        r#"INSERT INTO users (email, hashed_password, full_name, role, must_change_password)
           SELECT $1::text, $2, $3, $4, $5
           WHERE NOT EXISTS (SELECT 1 FROM users WHERE lower(email) = lower($1::text))
           RETURNING user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at"#,
        new.email.as_str(),
        new.hashed_password,
        new.full_name,
        new.role as UserRole,
        new.must_change_password
    )
    .fetch_optional(conn)
    .await
}

/// Gives an account another role.
pub async fn set_role(conn: &mut PgConnection, id: UserId, role: UserRole) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET role = $2 WHERE user_id = $1",
        id.0,
        role as UserRole
    )
    .execute(conn)
    .await?;
    Ok(())
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

/// Replaces the hash of a password.
pub async fn set_password(
    conn: &mut PgConnection,
    id: UserId,
    hashed_password: &str,
    must_change: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET hashed_password = $2, must_change_password = $3 WHERE user_id = $1",
        id.0,
        hashed_password,
        must_change
    )
    .execute(conn)
    .await?;
    Ok(())
}
