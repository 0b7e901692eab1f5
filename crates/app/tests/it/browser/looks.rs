//! Every page on a small screen, by day and by night, and for people who do not
//! see it or use no mouse.

use serde_json::json;

use super::Tab;
use crate::support::server::{ADMIN, SECRET};
use crate::support::{Client, TestServer};

/// The width of a small telephone, in CSS pixels.
const NARROW: u32 = 390;

/// What is wrong with the page, in words.
const COMPLAINTS: &str = r"
    const [isDark] = arguments;
    const complaints = [];
    const wants = (holds, what) => { if (!holds) complaints.push(what); };
    const all = (css) => [...document.querySelectorAll(css)];
    const root = document.documentElement;

    const tooWide = () => all('main *')
        .filter((one) => one.getBoundingClientRect().right > root.clientWidth && one.checkVisibility())
        .map((one) => one.outerHTML.slice(0, 80));
    wants(root.scrollWidth <= root.clientWidth, `wider than the screen: ${tooWide()}`);
    const [red] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    wants(red < 128 === isDark, 'the other scheme');

    wants(root.lang === 'en', 'no language');
    wants(/. · Org Archivist$/.test(document.title), `title: ${document.title}`);
    wants(all('h1').length === 1, `${all('h1').length} h1`);
    for (const field of all('input:not([type=hidden], [aria-hidden]), select, textarea')) {
        wants([...field.labels].some((label) => label.textContent.trim()), `no label: ${field.id}`);
    }
    for (const one of all('a, button')) {
        const words = one.textContent.trim() || one.ariaLabel;
        wants(words || one.hidden, `no words: ${one.outerHTML}`);
    }
    const ids = all('[id]').map((one) => one.id);
    wants(new Set(ids).size === ids.length, `twice: ${ids.filter((id, at) => ids.indexOf(id) < at)}`);

    const reply = await fetch(location.href);
    const policy = reply.headers.get('content-security-policy') ?? '';
    wants(/default-src 'self'/.test(policy) && !/unsafe/.test(policy), `policy: ${policy}`);
    return complaints;
";

/// Brings the first thing that the Tab key reaches into focus, which must be the
/// link past the navigation, and on the screen.
const FOCUS_SKIP_LINK: &str = "const first = document.querySelector('a[href], button, input');
    first.focus();
    return first.matches('.skip') && first.getBoundingClientRect().top >= 0";

/// Where everything is that has an address of its own.
async fn addresses(admin: &Client) -> Vec<String> {
    let documents = admin.get("/api/documents").await.ok();
    let document = documents["documents"][0]["doc_id"].as_str().unwrap();
    let outputs = admin.get("/api/outputs?status=awarded").await.ok();
    let output = outputs["outputs"][0]["output_id"].as_str().unwrap();
    let fixed = [
        "/sign-in",
        "/account/password",
        "/library",
        "/library?q=nothing-like-this",
        "/library/add",
        "/library/deleted",
        "/search",
        "/search?q=reading+coaches",
        "/search?q=zzzz",
        "/search/synonyms",
        "/write",
        "/outputs",
        "/outputs?status=draft",
        "/nowhere",
    ];
    let of_one = ["", "/delete"].map(|page| format!("/library/{document}{page}"));
    let of_output = ["", "/edit", "/delete"].map(|page| format!("/outputs/{output}{page}"));
    fixed
        .map(str::to_owned)
        .into_iter()
        .chain(of_one)
        .chain(of_output)
        .collect()
}

#[tokio::test]
async fn every_page_is_for_everybody_on_every_screen() {
    let server = TestServer::start_with(&["--demo"]).await;
    let addresses = addresses(&server.as_admin().await).await;
    let tab = Tab::signed_in(server.address(), ADMIN, SECRET).await;
    for scheme in ["light", "dark"] {
        tab.set_screen(NARROW, scheme).await;
        for address in &addresses {
            tab.goto(address).await;
            is_in_order(&tab, address, scheme).await;
            skips_the_navigation(&tab, address).await;
        }
        with_open_filters(&tab, scheme).await;
        with_a_chosen_file(&tab, &server).await;
        is_in_order(&tab, "/library/add with a file", scheme).await;
        with_a_draft(&tab).await;
        is_in_order(&tab, "/write with a draft", scheme).await;
    }
    tab.close().await;
}

async fn is_in_order(tab: &Tab, page: &str, scheme: &str) {
    let complaints = tab.look_with(COMPLAINTS, &[json!(scheme == "dark")]).await;
    assert_eq!(complaints, json!([]), "{page}, {scheme}");
    tab.nothing_failed().await;
}

async fn skips_the_navigation(tab: &Tab, page: &str) {
    assert_eq!(tab.look(FOCUS_SKIP_LINK).await, json!(true), "{page}");
    tab.press_enter().await;
    let focus = tab.look("return document.activeElement.id").await;
    assert_eq!(focus, "main", "{page}");
}

async fn with_open_filters(tab: &Tab, scheme: &str) {
    for (page, field, label, told) in [
        ("/library", "#state", "To confirm", ": To confirm"),
        (
            "/search?q=reading",
            "#sort",
            "Newest first",
            ": newest first",
        ),
    ] {
        tab.goto(page).await;
        tab.click(".narrow summary").await;
        tab.sees("label[for=year]", "Year").await;
        is_in_order(tab, page, scheme).await;
        tab.choose(field, label).await;
        tab.sees("#chosen", told).await;
    }
}

async fn with_a_chosen_file(tab: &Tab, server: &TestServer) {
    let name = format!("{}.txt", "a-very-long-name".repeat(10));
    let file = server.write(&name, "Boats bring books.");
    tab.goto("/library/add").await;
    tab.sees("label[for=files]", "Choose files").await;
    tab.press("#files", file.to_str().unwrap()).await;
    tab.click(".file summary").await;
    tab.sees(".file label", "Title").await;
}

async fn with_a_draft(tab: &Tab) {
    tab.goto("/write").await;
    tab.write("#query", "Organizational capacity for a federal grant")
        .await;
    tab.click("#draft-button").await;
    tab.sees("#state", "Done.").await;
}

#[tokio::test]
async fn a_chosen_scheme_stays() {
    let server = TestServer::start().await;
    server.as_admin().await;
    let tab = Tab::signed_in(server.address(), ADMIN, SECRET).await;
    tab.set_screen(1280, "light").await;
    tab.sees("[data-theme-toggle]", "Dark").await;
    tab.click("[data-theme-toggle]").await;
    tab.goto("/outputs").await;
    tab.sees("[data-theme-toggle]", "Light").await;
    let scheme = tab
        .look("return getComputedStyle(document.documentElement).colorScheme")
        .await;
    assert_eq!(scheme, "dark");
    tab.close().await;
}
