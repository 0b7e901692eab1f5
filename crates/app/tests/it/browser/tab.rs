//! A person in front of a browser.

use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::chromium::{self, Driver};
use crate::support::eventually;

/// How long a person would wait for a page to react.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether something that the selector finds is on the screen with these words.
const SAYS: &str = "const [css, words] = arguments;
    return [...document.querySelectorAll(css)]
        .some((one) => one.checkVisibility() && one.innerText.includes(words));";

/// What the browser takes for errors: a refusal, which the page shows, and a request
/// that gave way to a newer one.
const HARMLESS: [&str; 3] = [
    "responded with a status of 4",
    "htmx:sendAbort",
    "htmx:afterRequest",
];

/// A browser with one open page of a site. Its elements are named by CSS selectors.
#[derive(Debug)]
pub(super) struct Tab {
    client: Client,
    address: String,
    // Last, so that the session ends before the browser does.
    _driver: Driver,
}

impl Tab {
    /// A new browser for the site at this address.
    pub(super) async fn at(address: &str) -> Self {
        let (client, driver) = chromium::open().await;
        client.set_window_size(1280, 900).await.unwrap();
        // Not every window system gives a new window the focus.
        let focused = json!({ "enabled": true });
        chromium::devtools(&client, "Emulation.setFocusEmulationEnabled", focused).await;
        Self {
            client,
            address: address.to_owned(),
            _driver: driver,
        }
    }

    /// The same, signed in.
    pub(super) async fn signed_in(address: &str, email: &str, password: &str) -> Self {
        let tab = Self::at(address).await;
        tab.goto("/sign-in").await;
        tab.sign_in(email, password).await;
        tab.comes_to("/library").await;
        tab
    }

    /// Fills the sign-in page in and sends it.
    pub(super) async fn sign_in(&self, email: &str, password: &str) {
        self.write("#email", email).await;
        self.write("#password", password).await;
        self.click("main form .btn.main").await;
    }

    /// Types an address.
    pub(super) async fn goto(&self, path: &str) {
        let url = format!("{}{path}", self.address);
        self.client.goto(&url).await.unwrap();
    }

    /// Looks at the page through a script, which returns what it saw.
    pub(super) async fn look(&self, script: &str) -> Value {
        self.look_with(script, &[]).await
    }

    /// The same with arguments for the script.
    pub(super) async fn look_with(&self, script: &str, arguments: &[Value]) -> Value {
        let seen = self.client.execute(script, arguments.into()).await;
        seen.unwrap()
    }

    /// Clicks on what is there, or soon will be.
    pub(super) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Replaces what a field holds.
    pub(super) async fn write(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys in a field, or gives files to one that takes files.
    pub(super) async fn press(&self, css: &str, keys: &str) {
        self.find(css).await.send_keys(keys).await.unwrap();
    }

    /// Presses Enter where the focus is.
    pub(super) async fn press_enter(&self) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys("\u{e007}").await.unwrap();
    }

    /// Chooses from a list, by typing: the driver's own way does not tell the page
    /// of it as a person's choice does.
    pub(super) async fn choose(&self, css: &str, label: &str) {
        self.press(css, label).await;
        let chosen = "return document.querySelector(arguments[0]).selectedOptions[0].text
            === arguments[1]";
        let what = format!("{css} is “{label}”");
        self.until(&what, chosen, &[json!(css), json!(label)]).await;
    }

    /// What a field holds.
    pub(super) async fn value(&self, css: &str) -> String {
        let value = self.find(css).await.prop("value").await.unwrap();
        value.unwrap_or_default()
    }

    /// The words of the first element that the selector finds.
    pub(super) async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// How many elements the selector finds.
    pub(super) async fn count(&self, css: &str) -> usize {
        let found = self.client.find_all(Locator::Css(css)).await.unwrap();
        found.len()
    }

    /// Waits until these words are on the screen.
    pub(super) async fn sees(&self, css: &str, words: &str) {
        let what = format!("{css} says “{words}”");
        self.until(&what, SAYS, &[json!(css), json!(words)]).await;
    }

    /// Waits until the page is the one at this path.
    pub(super) async fn comes_to(&self, path: &str) {
        let script =
            "return location.pathname === arguments[0] && document.readyState === 'complete'";
        let what = format!("the page is {path}");
        self.until(&what, script, &[json!(path)]).await;
    }

    /// Waits until a script returns `true`.
    pub(super) async fn until(&self, what: &str, script: &str, arguments: &[Value]) {
        let seen = async {
            // A script that runs while the page changes may fail: ask again.
            while self.client.execute(script, arguments.into()).await.ok() != Some(json!(true)) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        if timeout(PATIENCE, seen).await.is_err() {
            let page = "return `${location.href}\n${document.body.innerText}`";
            let page = self.look(page).await;
            panic!(
                "did not happen: {what}. The page:\n{}",
                page.as_str().unwrap()
            );
        }
    }

    /// Goes on in another window, once it is open. The first one is 0.
    pub(super) async fn turns_to_window(&self, number: usize) {
        let handle = eventually("the window is open", || async {
            self.client.windows().await.unwrap().into_iter().nth(number)
        });
        self.client.switch_to_window(handle.await).await.unwrap();
    }

    /// A screen of this width, by day (`light`) or by night (`dark`).
    pub(super) async fn set_screen(&self, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": false });
        chromium::devtools(&self.client, "Emulation.setDeviceMetricsOverride", size).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        chromium::devtools(&self.client, "Emulation.setEmulatedMedia", media).await;
    }

    /// Lets so many bytes a second through, or all that come.
    pub(super) async fn set_line(&self, bytes: Option<u32>) {
        let most = bytes.map_or(-1, i64::from);
        let line = json!({
            "offline": false, "latency": 0, "downloadThroughput": most, "uploadThroughput": -1,
        });
        // Without this first, the line stays as it is.
        chromium::devtools(&self.client, "Network.enable", json!({})).await;
        chromium::devtools(&self.client, "Network.emulateNetworkConditions", line).await;
    }

    /// Asserts that no page has failed behind the person's back.
    pub(super) async fn nothing_failed(&self) {
        let mut errors = chromium::console_errors(&self.client).await;
        errors.retain(|error| !HARMLESS.iter().any(|harmless| error.contains(harmless)));
        assert!(errors.is_empty(), "on the console: {errors:#?}");
    }

    /// Closes the browser of a person for whom nothing failed.
    pub(super) async fn close(self) {
        self.nothing_failed().await;
        self.client.close().await.unwrap();
    }

    async fn find(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE);
        let found = wait.every(Duration::from_millis(20));
        match found.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css} on the page: {error}"),
        }
    }
}
