//! The first account of a site.

use crate::support::process::{Process, run};
use crate::support::server::{ADMIN, SECRET, serve, serve_command};
use crate::support::{Client, Site};

/// A server that is told nothing about its admin.
fn serve_plainly(site: &Site) -> (Process, Client) {
    let (process, address) = serve(&mut site.command(&["serve", "--listen", "127.0.0.1:0"]));
    (process, Client::new(&address))
}

#[tokio::test]
async fn a_generated_password_is_printed_once() {
    let site = Site::new().await;
    let (mut process, nobody) = serve_plainly(&site);
    let password = process.wait_for(|said| {
        let (_, rest) = said.split_once("Password    ")?;
        Some(rest.split_once("   (shown only now")?.0.to_owned())
    });
    assert!(process.stdout().contains("Sign in as  admin@example.org"));
    let admin = nobody.sign_in("admin@example.org", &password).await;
    let me = admin.get("/api/auth/me").await.ok();
    assert_eq!(
        (&me["role"], &me["must_change_password"]),
        (&"admin".into(), &true.into())
    );
    process.stop();

    let (mut process, nobody) = serve_plainly(&site);
    nobody.log_in("admin@example.org", &password).await.ok();
    process.stop();
    let said = process.stdout() + &process.stderr();
    assert!(
        !said.contains("Sign in as") && !said.contains(&password),
        "{said}"
    );
    assert_eq!(site.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn a_chosen_password_may_come_from_a_file() {
    let site = Site::new().await;
    let file = site.write("password", format!("{SECRET}\n"));
    let mut command = serve_command(&site, &[]);
    command
        .env_remove("ARCHIVIST_ADMIN_PASSWORD")
        .env("ARCHIVIST_ADMIN_PASSWORD_FILE", file);
    let (process, address) = serve(&mut command);
    let admin = Client::new(&address).sign_in(ADMIN, SECRET).await;
    assert_eq!(
        admin.get("/api/auth/me").await.ok()["must_change_password"],
        false
    );
    assert!(!process.stdout().contains(SECRET));
}

#[tokio::test]
async fn a_weak_chosen_password_is_told_to_be_weak() {
    let site = Site::new().await;
    let mut command = serve_command(&site, &[]);
    let (process, address) = serve(command.env("ARCHIVIST_ADMIN_PASSWORD", "Admin-2026"));
    let admin = Client::new(&address).sign_in(ADMIN, "Admin-2026").await;
    let me = admin.get("/api/auth/me").await.ok();
    assert_eq!(me["must_change_password"], false);
    let said = process.stdout();
    assert!(
        said.contains("guessable") && !said.contains("Admin-2026"),
        "{said}"
    );
}

#[tokio::test]
async fn an_admin_that_cannot_be_is_refused() {
    let site = Site::new().await;
    let mut command = serve_command(&site, &[]);
    let said = run(command.env("ARCHIVIST_ADMIN_PASSWORD", "Ab-1")).failed();
    assert!(
        said.contains("at least 8 characters") && !said.contains("Ab-1"),
        "{said}"
    );
    let mut command = serve_command(&site, &[]);
    let said = run(command.env("ARCHIVIST_ADMIN_EMAIL", "nobody")).failed();
    assert!(said.contains("ARCHIVIST_ADMIN_EMAIL"), "{said}");
    assert_eq!(site.count("SELECT count(*) FROM users").await, 0);
}
