//! `archivist serve`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use archivist_ingest::Sandbox;
use archivist_web::auth::tokens::TokenKeys;
use archivist_web::{Settings, router};
use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::accounts::{self, FirstAdmin};
use super::read_secret;
use crate::config::{PlaceArgs, ServeArgs};
use crate::site::{Site, check_store, secret_key};
use crate::work::Background;
use crate::{demo, original};

/// How long requests under way may take when the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Serves until told to stop.
pub(crate) async fn serve(place: &PlaceArgs, args: ServeArgs) -> Result<ExitCode> {
    // Bound first: a port that is taken should not start a database.
    let listener = TcpListener::bind(args.listen).await.with_context(|| {
        format!(
            "{} cannot be listened on; choose another with --listen",
            args.listen
        )
    })?;
    let stop = stop_signal()?;
    let keys = TokenKeys::from_secret(key(&place.data, &args)?.as_bytes());
    let site = Site::open(place, settings(&args), keys, args.database_connections).await?;
    check_store(&site.state.blobs).await?;
    let admin =
        accounts::first_admin(&site.state, &args.admin_email, admin_password(&args)?).await?;
    // Told at once: whatever fails later, the password is shown only now.
    if let Some(admin) = &admin {
        introduce(admin);
    }
    if args.demo {
        demo::load(&site).await?;
    }
    let site = Arc::new(site);
    let background = Background::start(&site);
    tell_confinement(&site.sandbox).await;
    announce(listener.local_addr()?, &site);
    answer(listener, &site, stop).await?;
    background.stop().await;
    let site = Arc::into_inner(site).context("background work has not ended")?;
    site.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Says how the readers of files are held, as that depends on the machine.
async fn tell_confinement(sandbox: &Sandbox) {
    match sandbox.confinement().await {
        Ok(found) if found.files && found.calls => tracing::info!("readers of files have {found}"),
        Ok(found) => tracing::warn!("readers of files have {found}"),
        Err(error) => tracing::warn!(%error, "no reader of files can be started"),
    }
}

async fn answer(
    listener: TcpListener,
    site: &Arc<Site>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (told, mut stopping) = tokio::sync::watch::channel(false);
    let service = router(site.state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        // The receiver outlives this.
        let _ = told.send(true);
    });
    tokio::select! {
        result = server => result?,
        () = async {
            let _ = stopping.wait_for(|stop| *stop).await;
            tokio::time::sleep(LAST_REQUESTS).await;
        } => tracing::warn!("some requests were cut off"),
    }
    Ok(())
}

/// Ends at Ctrl-C or SIGTERM. Listens from the moment it is made, so that a stop
/// during the start is not lost.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
    })
}

fn settings(args: &ServeArgs) -> Settings {
    Settings {
        session: TimeDelta::minutes(i64::from(args.session_timeout_minutes)),
        secure_cookies: args.secure_cookies,
        open_registration: args.open_registration,
        cors_origins: args.cors_origins.clone(),
        rate_limiting: args.rate_limiting,
        trusted_proxies: args.trusted_proxies.clone(),
        organization: organization(args),
        ..Settings::default()
    }
}

fn organization(args: &ServeArgs) -> Option<String> {
    let of_demo = || args.demo.then(|| demo::ORGANIZATION.to_owned());
    args.organization.clone().or_else(of_demo)
}

fn key(data: &Path, args: &ServeArgs) -> Result<String> {
    match (&args.secret_key, &args.secret_key_file) {
        (Some(key), _) => fit(key.clone()),
        (None, Some(file)) => fit(read_secret(file)?),
        (None, None) => secret_key(data),
    }
}

/// What the original signed with when nothing was set: whoever reads its source can
/// sign with it too.
const PUBLIC_KEY: &str = "change-me-to-a-random-secret-key";

fn fit(key: String) -> Result<String> {
    anyhow::ensure!(
        key != PUBLIC_KEY,
        "the secret key is the public default of the original: anybody could sign in with it. \
         Leave ARCHIVIST_SECRET_KEY and SECRET_KEY out to have one made; everybody then signs \
         in once more"
    );
    anyhow::ensure!(
        key.len() >= 32,
        "ARCHIVIST_SECRET_KEY must have at least 32 characters; leave it out to have one made"
    );
    Ok(key)
}

fn admin_password(args: &ServeArgs) -> Result<Option<String>> {
    match &args.admin_password_file {
        Some(file) => read_secret(file).map(Some),
        None => Ok(args.admin_password.clone()),
    }
}

fn announce(address: SocketAddr, site: &Site) {
    for note in site.database.notes() {
        println!("Note: {note}");
    }
    let in_vain = original::in_vain();
    if !in_vain.is_empty() {
        println!(
            "Note: these settings have no effect (docs/configuration.md): {}",
            in_vain.join(", ")
        );
    }
    println!("Org Archivist is ready: http://{address}");
}

fn introduce(admin: &FirstAdmin) {
    println!("The first admin:");
    println!("  Sign in as  {}", admin.email);
    match (&admin.generated_password, &admin.weakness) {
        (Some(password), _) => {
            println!("  Password    {password}   (shown only now; you will be asked to change it)");
        }
        (None, Some(weakness)) => {
            println!("  Password    the one you chose, which is weak: {weakness}");
        }
        (None, None) => println!("  Password    the one you chose"),
    }
}
