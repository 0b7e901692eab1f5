//! One headless Chromium for one test, steered through its driver.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::support::eventually;

const INSTALL: &str = "these tests need Chromium and its driver. \
    On Debian or Ubuntu: apt-get install chromium chromium-driver; \
    on macOS: brew install --cask google-chrome chromedriver";

/// The last one makes date fields read what a person in the United States types.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-US",
];

/// The driver, and through it the browser. Dropping it ends both and removes the
/// profile.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    folder: TempDir,
}

impl Driver {
    /// Starts a driver on a free port.
    fn start() -> Self {
        let folder = TempDir::with_prefix("archivist-browser-").unwrap();
        let process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(File::create(folder.path().join("said")).unwrap())
            .stderr(Stdio::null())
            .env("LC_ALL", "C.UTF-8")
            .env("LANGUAGE", "en_US")
            // The browser joins the group, so that both end together.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start ({error}): {INSTALL}"));
        Self { process, folder }
    }

    /// The address, once it is ready.
    async fn address(&self) -> String {
        let said = self.folder.path().join("said");
        let port = eventually("the driver is ready", || async {
            let said = fs::read_to_string(&said).unwrap();
            let (_, rest) = said.split_once("started successfully on port ")?;
            Some(rest.split_once('.')?.0.to_owned())
        })
        .await;
        format!("http://127.0.0.1:{port}")
    }

    fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let order = format!("kill -s KILL -- -{}", self.process.id());
        let _ = Command::new("/bin/sh").args(["-c", &order]).status();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Opens a browser with a profile of its own.
pub(super) async fn open() -> (Client, Driver) {
    let driver = Driver::start();
    let profile = format!("--user-data-dir={}", driver.profile().display());
    let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
    let capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": { "args": flags },
    });
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(Duration::from_secs(10)));
    let client = ClientBuilder::new(connector)
        .capabilities(capabilities.as_object().unwrap().clone())
        .connect(&driver.address().await)
        .await
        .unwrap_or_else(|error| panic!("no browser starts ({error}): {INSTALL}"));
    (client, driver)
}

/// A command that Chromium's driver knows beyond the standard.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// What the page's scripts and the browser have complained of since the last
/// call: the errors on the console, broken content policies among them.
pub(super) async fn console_errors(client: &Client) -> Vec<String> {
    let log = Extension {
        path: "se/log",
        body: json!({ "type": "browser" }),
    };
    let entries = client.issue_cmd(log).await.unwrap();
    let entries = entries.as_array().unwrap();
    let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
    errors.map(|entry| entry["message"].to_string()).collect()
}

/// Calls a method of the browser's developer tools.
pub(super) async fn devtools(client: &Client, method: &str, params: Value) {
    let call = Extension {
        path: "goog/cdp/execute",
        body: json!({ "cmd": method, "params": params }),
    };
    client.issue_cmd(call).await.unwrap();
}
