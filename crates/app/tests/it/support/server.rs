//! A running server with people who use it.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::json;

use super::client::Client;
use super::process::Process;
use super::site::Site;

/// The admin of every test server.
pub(crate) const ADMIN: &str = "ada@example.org";
pub(crate) const EDITOR: &str = "edith@example.org";
pub(crate) const WRITER: &str = "walter@example.org";
/// The password of all of them.
pub(crate) const SECRET: &str = "Orchard-7-lamp";

/// A server on a site of its own. Dropping it stops the server and removes the
/// site.
#[derive(Debug)]
pub(crate) struct TestServer {
    // First, so that it has stopped before its database goes.
    process: Process,
    address: String,
    site: Site,
}

impl TestServer {
    /// A server on a new, empty archive.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with further flags.
    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        Self::on(Site::new().await, flags)
    }

    /// A server on a site that is already there.
    pub(crate) fn on(site: Site, flags: &[&str]) -> Self {
        Self::of(serve(&mut serve_command(&site, flags)), site)
    }

    /// A server that runs on a site.
    pub(crate) fn of((process, address): (Process, String), site: Site) -> Self {
        Self {
            process,
            address,
            site,
        }
    }

    /// The site alone; its server is stopped.
    pub(crate) fn into_site(self) -> Site {
        self.site
    }

    /// Stops the server and starts it again, perhaps after something was done to
    /// its site meanwhile.
    pub(crate) fn restart_after(&mut self, meanwhile: impl FnOnce(&Site)) {
        self.process.stop();
        meanwhile(&self.site);
        (self.process, self.address) = serve(&mut serve_command(&self.site, &[]));
    }

    /// The same with other flags.
    pub(crate) fn restart_with(&mut self, flags: &[&str]) {
        self.process.stop();
        (self.process, self.address) = serve(&mut serve_command(&self.site, flags));
    }

    /// The process itself.
    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Somebody who is not signed in.
    pub(crate) fn as_nobody(&self) -> Client {
        Client::new(&self.address)
    }

    /// The admin, signed in.
    pub(crate) async fn as_admin(&self) -> Client {
        self.as_nobody().sign_in(ADMIN, SECRET).await
    }

    /// An editor, whose account is made when first needed.
    pub(crate) async fn as_editor(&self) -> Client {
        self.as_member(EDITOR, "editor").await
    }

    /// A writer, whose account is made when first needed.
    pub(crate) async fn as_writer(&self) -> Client {
        self.as_member(WRITER, "writer").await
    }

    /// A person of this address and role, signed in.
    pub(crate) async fn as_member(&self, email: &str, role: &str) -> Client {
        let account = json!({ "email": email, "password": SECRET, "role": role });
        let admin = self.as_admin().await;
        let made = admin.post("/api/auth/register", &account).await;
        let known = made.status == 400 && made.text().contains("already registered");
        assert!(made.status == 201 || known, "{}", made.text());
        self.as_nobody().sign_in(email, SECRET).await
    }
}

impl Deref for TestServer {
    type Target = Site;
    fn deref(&self) -> &Site {
        &self.site
    }
}

/// `serve` on a free port, with the admin of the tests.
pub(crate) fn serve_command(site: &Site, flags: &[&str]) -> Command {
    let mut command = site.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .args(flags)
        // Tests ask more often than people do; those of the limits switch them on.
        .env("ENABLE_RATE_LIMITING", "false")
        .env("ARCHIVIST_ADMIN_EMAIL", ADMIN)
        .env("ARCHIVIST_ADMIN_PASSWORD", SECRET);
    command
}

/// Starts a server and waits until it says where it listens.
pub(crate) fn serve(command: &mut Command) -> (Process, String) {
    let mut process = Process::start(command);
    let address = process.wait_for(|said| {
        let (_, rest) = said.split_once("Org Archivist is ready: ")?;
        Some(rest.split_once('\n')?.0.to_owned())
    });
    (process, address)
}

/// A second server on the database and the files of the first, with an index of its own.
pub(crate) fn neighbour(server: &TestServer, flags: &[&str]) -> (Process, String) {
    let data = server.path("neighbour");
    fs::create_dir(&data).unwrap();
    symlink(server.data().join("files"), data.join("files")).unwrap();
    serve(serve_command(server, flags).env("ARCHIVIST_DATA", data))
}
