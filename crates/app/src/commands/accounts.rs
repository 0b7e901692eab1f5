//! `archivist user …`, and the first admin.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use archivist_domain::email::Email;
use archivist_domain::password::{self as rules, WeakPassword};
use archivist_domain::{UserId, UserRole};
use archivist_store::audit::{Audited, Origin};
use archivist_store::sessions;
use archivist_store::users::{self, ChangeError, Changed, User, UserChange};
use archivist_web::AppState;
use archivist_web::accounts::{self, NewAccount};
use archivist_web::auth::password;
use serde_json::{Value, json};
use uuid::Uuid;

use super::print_json;
use crate::config::{PlaceArgs, UserCommand};
use crate::site::{Site, open_existing, open_or_make};

/// Runs one of the verbs.
pub(crate) async fn run(place: &PlaceArgs, command: UserCommand) -> Result<ExitCode> {
    let site = match command {
        UserCommand::Create { .. } => open_or_make(place).await?,
        _ => open_existing(place).await?,
    };
    let done = match command {
        UserCommand::Create {
            email,
            role,
            name,
            json,
        } => create(&site, &email, role, name.as_deref(), json).await,
        UserCommand::List { json } => list(&site, json).await,
        UserCommand::SetRole { email, role } => set_role(&site, &email, role).await,
        UserCommand::Deactivate { email } => deactivate(&site, &email).await,
        UserCommand::Activate { email } => activate(&site, &email).await,
        UserCommand::ResetPassword { email, json } => reset_password(&site, &email, json).await,
    };
    site.close().await?;
    done.map(|()| ExitCode::SUCCESS)
}

/// The first admin as a person is told of it.
pub(crate) struct FirstAdmin {
    /// Its address.
    pub email: String,
    /// Its password, where it was generated: to be shown once.
    pub generated_password: Option<String>,
    /// What is wrong with the chosen password, where something is.
    pub weakness: Option<WeakPassword>,
}

/// Makes the first admin, unless there is one who may sign in. `chosen` is a password for
/// unattended starts; without it one is generated, and must be changed. A chosen
/// one that breaks the rules for passwords is told to be weak, and refused only
/// when it is too short: as the original's bootstrap, it may stand.
pub(crate) async fn first_admin(
    state: &AppState,
    email: &str,
    chosen: Option<String>,
) -> Result<Option<FirstAdmin>> {
    if users::has_active_admin(&state.pool).await? {
        return Ok(None);
    }
    let email = Email::parse(email).context("ARCHIVIST_ADMIN_EMAIL")?;
    let weakness = chosen.as_deref().and_then(|p| rules::check(p).err());
    if let (Some(chosen), Some(weakness)) = (&chosen, &weakness)
        && chosen.chars().count() < rules::MIN_CHARS
    {
        bail!("the first admin's password will not do: {weakness}");
    }
    let generated_password = chosen.is_none().then(password::generate);
    let must_change = generated_password.is_some();
    let password = chosen
        .or_else(|| generated_password.clone())
        .unwrap_or_default();
    let new = account(&email, password, UserRole::Admin, None, must_change);
    let made = accounts::create(state, Origin::command_line(), new).await?;
    let user = made.with_context(|| {
        format!(
            "nobody is an active admin, and {email} has an account already: \
             `archivist user activate {email}` and `archivist user set-role {email} admin` mend it"
        )
    })?;
    Ok(Some(FirstAdmin {
        email: user.email,
        generated_password,
        weakness,
    }))
}

fn account(
    email: &Email,
    password: String,
    role: UserRole,
    full_name: Option<String>,
    must_change_password: bool,
) -> NewAccount {
    NewAccount {
        user_id: UserId(Uuid::new_v4()),
        email: email.clone(),
        password,
        full_name,
        role,
        is_active: true,
        is_superuser: false,
        must_change_password,
    }
}

async fn begin(state: &AppState) -> Result<Audited> {
    Ok(Audited::begin(&state.pool, Origin::command_line()).await?)
}

async fn create(
    site: &Site,
    email: &str,
    role: UserRole,
    name: Option<&str>,
    as_json: bool,
) -> Result<()> {
    let email = Email::parse(email)?;
    if let Err(problem) = accounts::check_name(name) {
        bail!("the name {}", problem.msg);
    }
    let password = password::generate();
    let new = account(
        &email,
        password.clone(),
        role,
        name.map(str::to_owned),
        true,
    );
    let user = accounts::create(&site.state, Origin::command_line(), new)
        .await?
        .with_context(|| format!("there is an account with the address {email} already"))?;
    tell_password(
        &user.email,
        &password,
        as_json,
        &format!("Made the account {} ({role}).", user.email),
    );
    Ok(())
}

fn tell_password(email: &str, password: &str, as_json: bool, headline: &str) {
    if as_json {
        print_json(&json!({ "email": email, "password": password, "must_change_password": true }));
    } else {
        say!("{headline}");
        say!("Password: {password}");
        say!("It is shown only now, and must be changed at the first sign-in.");
    }
}

async fn list(site: &Site, as_json: bool) -> Result<()> {
    let all = users::list(&site.state.pool).await?;
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|u| json!({
                "user_id": u.user_id, "email": u.email, "full_name": u.full_name, "role": u.role,
                "is_active": u.is_active, "is_superuser": u.is_superuser,
            }))
            .collect();
        print_json(&Value::Array(rows));
        return Ok(());
    }
    for user in all {
        let state = if user.is_active {
            ""
        } else {
            "  (deactivated)"
        };
        let role = if user.is_superuser {
            "superuser"
        } else {
            user.role.as_str()
        };
        say!(
            "{role:<10} {}{}{state}",
            user.email,
            user.full_name.map(|n| format!("  {n}")).unwrap_or_default()
        );
    }
    Ok(())
}

async fn find(site: &Site, email: &str) -> Result<User> {
    users::find_by_email(&site.state.pool, email.trim())
        .await?
        .with_context(|| {
            format!("there is no account with the address {email}; `archivist user list` shows all")
        })
}

async fn set_role(site: &Site, email: &str, role: UserRole) -> Result<()> {
    let user = find(site, email).await?;
    let mut tx = begin(&site.state).await?;
    let changed = users::set_role(&mut tx, user.user_id, role).await;
    let Changed { before, after } = told(changed, email)?;
    tx.commit().await?;
    say!(
        "{} is now {} (was {}).",
        after.email,
        after.role,
        before.role
    );
    Ok(())
}

async fn deactivate(site: &Site, email: &str) -> Result<()> {
    let user = find(site, email).await?;
    let mut tx = begin(&site.state).await?;
    let changed = users::deactivate(&mut tx, user.user_id).await;
    let Changed { before, after } = told(changed, email)?;
    tx.commit().await?;
    if before.is_active {
        say!("{} is deactivated; all sessions were ended.", after.email);
    } else {
        say!("{} was deactivated already.", after.email);
    }
    Ok(())
}

async fn activate(site: &Site, email: &str) -> Result<()> {
    let user = find(site, email).await?;
    let mut tx = begin(&site.state).await?;
    let change = UserChange {
        is_active: Some(true),
        ..UserChange::default()
    };
    let changed = users::update(&mut tx, user.user_id, change).await;
    let Changed { before, after } = told(changed, email)?;
    tx.commit().await?;
    if before.is_active {
        say!("{} was active already.", after.email);
    } else {
        say!("{} is active again.", after.email);
    }
    Ok(())
}

/// The refusal of a change, as the command line tells it.
fn told(changed: Result<Changed, ChangeError>, email: &str) -> Result<Changed> {
    match changed {
        Err(ChangeError::Unknown) => bail!("the account {email} has just been deleted"),
        other => Ok(other?),
    }
}

async fn reset_password(site: &Site, email: &str, as_json: bool) -> Result<()> {
    let user = find(site, email).await?;
    let password = password::generate();
    let hash = password::hash(&site.state.cpu, password.clone()).await;
    let mut tx = begin(&site.state).await?;
    users::reset_password(&mut tx, &user, &hash).await?;
    sessions::delete_others(&mut tx, user.user_id, None).await?;
    tx.commit().await?;
    let headline = format!(
        "{} has a new password; all sessions were ended.",
        user.email
    );
    tell_password(&user.email, &password, as_json, &headline);
    Ok(())
}
