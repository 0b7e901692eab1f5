//! What a search counts, and whose money it is about, is chosen in its page.

use serde_json::json;

use super::refusals::an_editor;
use crate::support::{TestServer, a_document, eventually};

#[tokio::test]
async fn how_much_age_counts_is_chosen_and_kept_in_the_address() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    let old = a_document("gardens.txt").saying(&["A garden of beans for each school."]);
    editor.upload(old.of_year(2001)).await.created();
    // The page does not ask again.
    eventually("the document is found", || async {
        let found = editor.get("/api/search?q=garden").await.ok();
        found["hits"].get(0).is_some().then_some(())
    })
    .await;

    // What is chosen is told on a narrow page, where the filters are shut.
    tab.set_screen(390, "light").await;
    tab.goto("/search?q=garden").await;
    tab.click(".narrow summary").await;
    tab.sees("label[for=recency_weight]", "Age counts").await;
    let has = |words: &'static str| {
        let script = "const found = document.querySelector('.hit .figures p'); \
                      return !!found && found.textContent.includes(arguments[0]) === arguments[1]";
        let tab = &tab;
        move |expected: bool| async move {
            tab.until(words, script, &[json!(words), json!(expected)])
                .await;
        }
    };
    let is_counted = has("recency");
    is_counted(true).await;
    tab.choose("#recency_weight", "not at all").await;
    is_counted(false).await;
    tab.sees("#chosen", ": age counts not at all").await;

    // It is of the address: whoever comes back to it finds the same.
    let address = tab.look("return location.pathname + location.search").await;
    let address = address.as_str().unwrap();
    assert!(address.contains("recency_weight=0"), "{address}");
    tab.goto(address).await;
    tab.sees(".hit h2", "gardens").await;
    assert_eq!(tab.value("#recency_weight").await, "0");
    is_counted(false).await;

    // So does a weight that no step stands for.
    tab.goto("/search?q=garden&outcome_weight=0.45").await;
    tab.sees("#chosen", ": outcome counts 0.45").await;
    assert_eq!(tab.value("#outcome_weight").await, "0.45");
    is_counted(true).await;
    tab.nothing_failed().await;
    tab.close().await;
}

#[tokio::test]
async fn a_search_is_narrowed_down_to_a_funder_by_some_of_its_name() {
    let server = TestServer::start().await;
    let (editor, tab) = an_editor(&server).await;
    for (name, funder) in [("yards.txt", "Maple Trust"), ("roofs.txt", "Oak Fund")] {
        let text = format!("A garden of beans, as {name} has it.");
        let document = a_document(name).saying(&[&text]).for_funder(funder);
        editor.upload(document).await.created();
    }
    eventually("both documents are found", || async {
        let found = editor.get("/api/search?q=garden").await.ok();
        found["hits"].get(1).is_some().then_some(())
    })
    .await;
    tab.goto("/search?q=garden").await;
    assert_eq!(tab.count(".hit").await, 2);
    assert_eq!(
        tab.count("#known-funders option[value='Oak Fund']").await,
        1
    );
    tab.write("#funder", "maple").await;
    tab.press_enter().await;
    tab.sees("#hits", "1 passage in 1 document").await;
    tab.sees(".hit h2", "yards").await;
    let address = tab.look("return location.search").await;
    assert!(
        address.as_str().unwrap().contains("funder=maple"),
        "{address}"
    );
    // Without words the filter lists what is so.
    tab.goto("/search?funder=oak").await;
    tab.sees("#hits", "1 passage in 1 document").await;
    tab.sees(".hit h2", "roofs").await;
    tab.goto("/search?funder=elm").await;
    tab.sees("#hits", "No document meets all of these filters")
        .await;
    tab.nothing_failed().await;
    tab.close().await;
}
