//! Users.

use archivist_domain::email::Email;
use archivist_domain::permission::Actor;
use archivist_domain::{UserId, UserRole};
use chrono::NaiveDateTime;
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};
use crate::sessions;

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

    /// Whether the person may sign in and holds the rights of an admin.
    fn is_active_admin(&self) -> bool {
        self.is_active && self.actor().is_at_least(UserRole::Admin)
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
    /// Whether the person may sign in.
    pub is_active: bool,
    /// Counts as admin whatever the role.
    pub is_superuser: bool,
    /// Whether the first sign-in asks for a new password.
    pub must_change_password: bool,
}

/// Changed fields of an account; `None` leaves a field as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UserChange<'a> {
    /// Another name.
    pub full_name: Option<&'a str>,
    /// Another role.
    pub role: Option<UserRole>,
    /// Whether the person may sign in.
    pub is_active: Option<bool>,
    /// Whether the person counts as admin whatever the role.
    pub is_superuser: Option<bool>,
}

/// Why an account is not changed as asked.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Nobody has this account.
    #[error("There is no such account.")]
    Unknown,
    /// Nobody could look after the site any more.
    #[error(
        "{0} is the only active admin: give somebody else that role, or activate another admin, first."
    )]
    LastAdmin(String),
    /// People do not lock themselves out.
    #[error("You cannot deactivate your own account: another admin has to do it.")]
    Oneself,
    /// Whatever else the database says.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// An account before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// As it was.
    pub before: User,
    /// As it is.
    pub after: User,
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

/// One account.
pub async fn get(db: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at
           FROM users WHERE user_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await
}

/// Whether anybody who may sign in holds the rights of an admin.
pub async fn has_active_admin(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM users WHERE is_active AND (role = 'admin' OR is_superuser)
           ) AS "found!""#
    )
    .fetch_one(db)
    .await
}

/// The highest cost of the bcrypt hashes that accounts of an adopted site still have, as it
/// stands in them (`12`); `None` where all are renewed, as the next sign-in does it.
pub async fn bcrypt_cost(db: impl PgExecutor<'_>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT max(substr(hashed_password, 5, 2)) FROM users WHERE hashed_password LIKE '$2_$__$%'"
    )
    .fetch_one(db)
    .await
}

/// Makes an account, unless one has this address in any letter case.
pub async fn create(tx: &mut Audited, new: &NewUser<'_>) -> sqlx::Result<Option<User>> {
    take_turn(tx).await?;
    let made = sqlx::query_as!(
        User,
        r#"INSERT INTO users (email, hashed_password, full_name, role, must_change_password, user_id,
                  is_active, is_superuser)
           SELECT $1::text, $2, $3, $4, $5, $6, $7, $8
           WHERE NOT EXISTS (SELECT 1 FROM users WHERE lower(email) = lower($1::text))
           RETURNING user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at"#,
        new.email.as_str(),
        new.hashed_password,
        new.full_name,
        new.role as UserRole,
        new.must_change_password,
        new.user_id.0,
        new.is_active,
        new.is_superuser
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(user) = &made {
        tx.created(user).await?;
    }
    Ok(made)
}

/// Changes an account.
pub async fn update(
    tx: &mut Audited,
    id: UserId,
    change: UserChange<'_>,
) -> Result<Changed, ChangeError> {
    let changed = alter(tx, id, change).await?;
    let Changed { before, after } = &changed;
    if before.facts() != after.facts() {
        tx.updated(before, after).await?;
    }
    note_role(tx, &changed).await?;
    Ok(changed)
}

/// Gives an account another role.
pub async fn set_role(
    tx: &mut Audited,
    id: UserId,
    role: UserRole,
) -> Result<Changed, ChangeError> {
    let change = UserChange {
        role: Some(role),
        ..UserChange::default()
    };
    let changed = alter(tx, id, change).await?;
    note_role(tx, &changed).await?;
    Ok(changed)
}

/// Shuts an account, which is as far as deleting one goes: what the person has made
/// stays theirs. All its sessions end.
pub async fn deactivate(tx: &mut Audited, id: UserId) -> Result<Changed, ChangeError> {
    let change = UserChange {
        is_active: Some(false),
        ..UserChange::default()
    };
    let changed = alter(tx, id, change).await?;
    if changed.before.is_active {
        let fact = |is_active: bool| facts([("is_active", json!(is_active))]);
        tx.write("user.delete", &changed.after, fact(true), fact(false))
            .await?;
    }
    Ok(changed)
}

/// Every change of an account goes through here, by whatever road it comes: the rules
/// stand in one place.
async fn alter(
    tx: &mut Audited,
    id: UserId,
    change: UserChange<'_>,
) -> Result<Changed, ChangeError> {
    take_turn(tx).await?;
    let before = get(&mut **tx, id).await?.ok_or(ChangeError::Unknown)?;
    if change == UserChange::default() {
        let after = before.clone();
        return Ok(Changed { before, after });
    }
    let is_shut = before.is_active && change.is_active == Some(false);
    if is_shut && tx.actor() == Some(id) {
        return Err(ChangeError::Oneself);
    }
    let after = write(tx, id, change).await?;
    if before.is_active_admin() && !after.is_active_admin() && !has_active_admin(&mut **tx).await? {
        return Err(ChangeError::LastAdmin(before.email));
    }
    if is_shut {
        sessions::delete_others(tx, id, None).await?;
    }
    Ok(Changed { before, after })
}

async fn write(conn: &mut PgConnection, id: UserId, change: UserChange<'_>) -> sqlx::Result<User> {
    sqlx::query_as!(
        User,
        r#"UPDATE users SET full_name = coalesce($2, full_name), role = coalesce($3, role),
                  is_active = coalesce($4, is_active), is_superuser = coalesce($5, is_superuser)
           WHERE user_id = $1
           RETURNING user_id AS "user_id: UserId", email, hashed_password, full_name,
                  role AS "role: UserRole", is_active, is_superuser, must_change_password,
                  created_at, updated_at"#,
        id.0,
        change.full_name,
        change.role as Option<UserRole>,
        change.is_active,
        change.is_superuser
    )
    .fetch_one(conn)
    .await
}

async fn note_role(tx: &mut Audited, Changed { before, after }: &Changed) -> sqlx::Result<()> {
    if before.role == after.role {
        return Ok(());
    }
    let fact = |role: UserRole| facts([("role", json!(role))]);
    tx.write(
        "user.role_change",
        after,
        fact(before.role),
        fact(after.role),
    )
    .await
}

/// Writers of accounts take turns, so that neither twins by letter case can arise nor
/// two admins take each other's role away.
async fn take_turn(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
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

/// Gives an account the password that its owner chose, unless it has another by now than
/// `user` says, as after a reset. Returns whether it was changed.
pub async fn change_password(
    tx: &mut Audited,
    user: &User,
    hashed_password: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET hashed_password = $3, must_change_password = false
         WHERE user_id = $1 AND hashed_password = $2",
        user.user_id.0,
        user.hashed_password,
        hashed_password
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    tx.write("user.password_change", user, Facts::new(), Facts::new())
        .await?;
    Ok(true)
}

/// Gives an account a password that somebody else chose: it must be changed.
pub async fn reset_password(
    tx: &mut Audited,
    user: &User,
    hashed_password: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET hashed_password = $2, must_change_password = true WHERE user_id = $1",
        user.user_id.0,
        hashed_password
    )
    .execute(&mut **tx)
    .await?;
    tx.write("user.password_reset", user, Facts::new(), Facts::new())
        .await
}
