//! Finding passages again.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::forms::Browser;
use crate::support::server::EDITOR;
use crate::support::{Client, TestServer, a_document, eventually};

const COACHES: &str = "Reading coaches visit every school in the valley twice a week. \
    Each coach works with six children and keeps a record of the words they have learned.";
const GARDENS: &str = "The community garden feeds forty families from May to October. \
    Volunteers water the beds in the evening and bring the harvest to the pantry.";

async fn hits(client: &Client, query: &str) -> Vec<Value> {
    let found = client.get(&format!("/api/search?{query}")).await.ok();
    found["hits"].as_array().unwrap().clone()
}

async fn filenames(client: &Client, query: &str) -> Vec<String> {
    let hits = hits(client, query).await;
    let name = |hit: &Value| hit["document"]["filename"].as_str().unwrap().to_owned();
    hits.iter().map(name).collect()
}

/// Two documents, both to be found.
async fn with_two_documents() -> TestServer {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let coaches = a_document("coaches.pdf")
        .saying(&["A page of greetings to all friends of the house.", COACHES])
        .of_type("Grant Proposal")
        .of_year(2022)
        .with_outcome("Funded")
        .filed_under("Education")
        .tagged("literacy");
    let gardens = a_document("gardens.md").saying(&[GARDENS]).of_year(2024);
    editor.upload(coaches).await.created();
    editor.upload(gardens).await.created();
    eventually("both documents are found", || async {
        let both = filenames(&editor, "q=coaches").await.len()
            + filenames(&editor, "q=garden").await.len();
        (both >= 2).then_some(())
    })
    .await;
    server
}

#[tokio::test]
async fn d_46_a_new_document_is_found_within_two_seconds() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    editor
        .upload(a_document("coaches.txt").saying(&[COACHES]))
        .await
        .created();
    let found = eventually("the document is found", || async {
        hits(&editor, "q=coaches").await.into_iter().next()
    });
    let hit = tokio::time::timeout(std::time::Duration::from_secs(2), found).await;
    assert_eq!(hit.expect("in time")["document"]["filename"], "coaches.txt");
}

#[tokio::test]
async fn a_hit_tells_where_it_stands_and_why_it_is_there() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    let hits = hits(&writer, "q=reading+coach").await;
    let hit = &hits[0];
    assert_eq!(hit["document"]["filename"], "coaches.pdf");
    assert_eq!(hit["document"]["outcome"], "Funded");
    let text: Vec<char> = hit["text"].as_str().unwrap().chars().collect();
    assert!(
        hit["text"]
            .as_str()
            .unwrap()
            .contains("Reading coaches visit")
    );
    let marked: Vec<String> = hit["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mark| {
            let end = |n: usize| usize::try_from(mark[n].as_u64().unwrap()).unwrap();
            text[end(0)..end(1)].iter().collect()
        })
        .collect();
    assert_eq!(marked, ["Reading", "coaches", "coach"]);
    assert!(!hit["reasons"].as_array().unwrap().is_empty());
    let score = hit["score"].as_f64().unwrap();
    assert!(score > 0.0 && score <= 1.0, "{score}");
}

#[tokio::test]
async fn filters_leave_out_the_rest() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    // Both documents hold these words.
    let query = "q=school+families+week+evening";
    for (filter, expected) in [
        ("doc_type=Grant+Proposal", "coaches.pdf"),
        ("year=2022", "coaches.pdf"),
        ("year=2024", "gardens.md"),
        ("outcome=Funded", "coaches.pdf"),
        ("program=education", "coaches.pdf"),
        ("tag=Literacy", "coaches.pdf"),
    ] {
        let found = filenames(&writer, &format!("{query}&{filter}")).await;
        assert!(
            !found.is_empty() && found.iter().all(|name| name == expected),
            "{filter}: {found:?}"
        );
    }
    let either = filenames(&writer, &format!("{query}&year=2022&year=2024")).await;
    assert!(either.iter().any(|n| n == "coaches.pdf") && either.iter().any(|n| n == "gardens.md"));
    assert!(
        filenames(&writer, &format!("{query}&year=2022&tag=garden"))
            .await
            .is_empty()
    );
    writer
        .get("/api/search?q=coaches&doc_type=Letter")
        .await
        .json(422);
    writer.get("/api/search?q=+").await.json(422);
    writer.get("/api/search").await.json(422);
}

#[tokio::test]
async fn what_is_typed_can_hold_wordings_and_conditions() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    // Words of both documents; the wording stands in one.
    let words = "school families week";
    for (typed, expected) in [
        (format!("{words} \"twice a week\""), vec!["coaches.pdf"]),
        (format!("{words} \"twice the week\""), vec![]),
        (format!("{words} \"Volunteers water\""), vec!["gardens.md"]),
        (format!("{words} year:2024"), vec!["gardens.md"]),
        (
            format!("{words} year:2020-2023 type:proposal"),
            vec!["coaches.pdf"],
        ),
        (format!("{words} tag:literacy year:2024"), vec![]),
        (
            format!("{words} program:Education outcome:funded"),
            vec!["coaches.pdf"],
        ),
        (format!("{words} funder:trust"), vec![]),
        ("year:2024".to_owned(), vec!["gardens.md"]),
        ("-pantry".to_owned(), vec!["coaches.pdf"]),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let mut found = filenames(&writer, &format!("q={query}")).await;
        found.dedup();
        assert_eq!(found, expected, "{typed}");
    }
    // A filter beside it holds, too.
    assert_eq!(
        filenames(&writer, "q=week+year:2024&year=2022").await.len(),
        0
    );
    let hits = hits(&writer, "q=%22twice+a+week%22").await;
    assert_eq!(hits[0]["reasons"][0], "has “twice a week”");
    let refused = writer.get("/api/search?q=week+year:soon").await;
    assert!(
        refused.text().contains("write year:2024"),
        "{}",
        refused.text()
    );
    refused.json(422);
    let said = server
        .run(&["search", "school families week year:2024"])
        .ok();
    assert!(
        said.contains("gardens") && !said.contains("coaches"),
        "{said}"
    );
    let said = server.run(&["search", "type:poem week"]).failed();
    assert!(said.contains("use one of Grant Proposal"), "{said}");
}

#[tokio::test]
async fn a_corrected_funder_can_be_searched_for() {
    let server = with_two_documents().await;
    let editor = server.as_editor().await;
    let hit = hits(&editor, "q=coaches").await.remove(0);
    let id = hit["document"]["doc_id"].as_str().unwrap();
    let body = serde_json::json!({ "funder": "Harbor County Trust" });
    let path = format!("/api/documents/{id}/proposals");
    editor.post(&path, &body).await.ok();
    eventually("the funder's documents are found", || async {
        let found = filenames(&editor, "q=week+funder:%22harbor+county%22").await;
        (found == ["coaches.pdf"]).then_some(())
    })
    .await;
    // Its name is a word of its documents, and they can be narrowed down to it.
    let found = editor.get("/api/search?q=harbor").await.ok();
    assert_eq!(found["hits"][0]["document"]["filename"], "coaches.pdf");
    assert_eq!(found["hits"][0]["reasons"][0], "for Harbor County Trust");
    let counted = json!([{ "value": "Harbor County Trust", "count": 1 }]);
    assert_eq!(found["counts"]["funder"], counted);
}

#[tokio::test]
async fn one_document_can_be_searched_alone() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    let query = "q=school+families+week+evening";
    let all = hits(&writer, query).await;
    for hit in &all {
        let id = hit["document"]["doc_id"].as_str().unwrap();
        let found = filenames(&writer, &format!("{query}&document={id}")).await;
        assert!(!found.is_empty());
        assert!(
            found
                .iter()
                .all(|name| hit["document"]["filename"] == *name)
        );
    }
    assert_ne!(all[0]["document"], all.last().unwrap()["document"]);
    let refused = writer.get("/api/search?q=week&document=coaches").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
}

/// The file that the index is saved in, as soon as it is there.
async fn saved_index(server: &TestServer) -> PathBuf {
    let folder = server.data().join("index");
    eventually("the index is saved", || async {
        let entries = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .into_iter()
            .find(|path| path.extension().is_some_and(|e| e == "index"))
    })
    .await
}

#[tokio::test]
async fn losing_the_index_loses_nothing() {
    let mut server = with_two_documents().await;
    saved_index(&server).await;
    server.restart_after(|site| fs::remove_dir_all(site.data().join("index")).unwrap());
    let writer = server.as_writer().await;
    let found = eventually("the index is back", || async {
        Some(filenames(&writer, "q=coaches").await).filter(|found| !found.is_empty())
    })
    .await;
    assert_eq!(found, ["coaches.pdf"]);
}

#[tokio::test]
async fn a_damaged_index_is_built_anew() {
    let mut server = with_two_documents().await;
    let saved = saved_index(&server).await;
    server.restart_after(|_| fs::write(saved, "not an index").unwrap());
    let writer = server.as_writer().await;
    eventually("the index is back", || async {
        (!filenames(&writer, "q=coaches").await.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_command_line_finds_the_same() {
    let server = with_two_documents().await;
    let said = server.run(&["search", "reading coaches"]).ok();
    assert!(said.starts_with("1. "), "{said}");
    assert!(said.contains("Reading coaches visit"), "{said}");
    let json = server.run(&["search", "reading coaches", "--json"]).json();
    assert_eq!(json[0]["filename"], "coaches.pdf");
    let filtered = server
        .run(&["search", "reading coaches", "--year", "2024", "--json"])
        .json();
    assert!(
        filtered
            .as_array()
            .unwrap()
            .iter()
            .all(|hit| hit["filename"] == "gardens.md")
    );
    let none = server.run(&["search", "zeppelin"]).ok();
    assert!(none.starts_with("Nothing found in 2 documents"), "{none}");
}

#[tokio::test]
async fn an_answer_tells_how_documents_are_spread_and_may_stand_in_another_order() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    let found = writer
        .get("/api/search?q=coaches+garden&sort=newest&explain=true")
        .await
        .ok();
    let counts = &found["counts"];
    assert_eq!(counts["documents"], 2, "{counts}");
    assert_eq!(counts["tag"], json!([{ "value": "literacy", "count": 1 }]));
    assert_eq!(
        counts["year"],
        json!([{ "value": 2024, "count": 1 }, { "value": 2022, "count": 1 }])
    );
    let first = &found["hits"][0];
    assert_eq!(first["document"]["year"], 2024);
    assert!(first["numbers"]["words"].as_f64().unwrap() > 0.0, "{first}");
    assert!(first["numbers"]["recency"].as_f64().unwrap() <= 1.0);
    let next = writer
        .get("/api/search?q=coaches+garden&sort=newest&offset=1")
        .await
        .ok();
    assert_eq!(next["hits"][0]["document"]["year"], 2022);
    assert_eq!(next["hits"][0]["numbers"], Value::Null);
    let refused = writer
        .get("/api/search?q=x&sort=best&recency_weight=2")
        .await;
    assert_eq!(refused.status, 422, "{}", refused.text());
}

#[tokio::test]
async fn some_words_of_a_tag_or_a_program_stand_for_it_where_nothing_is_called_so() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let youth = a_document("youth.txt").saying(&[GARDENS]);
    let youth = youth.tagged("rural-youth").filed_under("Early Childhood");
    editor.upload(youth).await.created();
    let found = async |query: &str| filenames(&editor, query).await;
    eventually("the document is found", || async {
        (!found("q=garden").await.is_empty()).then_some(())
    })
    .await;
    for condition in ["tag:rural", "tag:youth", "program:childhood"] {
        let query = format!("q=garden+{condition}");
        assert_eq!(found(&query).await, ["youth.txt"], "{condition}");
    }
    assert!(found("q=garden+program:early-childhoods").await.is_empty());

    // Once a tag is called so, it alone is meant.
    let rural = a_document("rural.txt").saying(&["A garden by itself."]);
    let rural = rural.tagged("rural");
    editor.upload(rural).await.created();
    eventually("the tag alone is meant", || async {
        (found("q=garden+tag:rural").await == ["rural.txt"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn age_counts_as_the_search_says_or_else_the_site() {
    let server = with_two_documents().await;
    let (writer, admin) = (server.as_writer().await, server.as_admin().await);
    let recency = |weight: &'static str| {
        let address = format!("/api/search?q=coaches&explain=true{weight}");
        let writer = &writer;
        async move {
            let found = writer.get(&address).await.ok();
            found["hits"][0]["numbers"]["recency"].as_f64().unwrap()
        }
    };
    let usual = recency("").await;
    assert!(usual < 0.95, "{usual}");
    let body = json!({ "rag_config": { "recency_weight": 0.0 } });
    admin.put("/api/config", &body).await.ok();
    let set = recency("").await;
    assert!((set - 1.0).abs() < 1e-6, "{set}");
    let said = recency("&recency_weight=0.7").await;
    assert!((said - usual).abs() < 1e-6, "{said}");
}

#[tokio::test]
async fn a_misspelt_word_is_offered_in_its_spelling_here() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    let found = writer.get("/api/search?q=hervest+and+pantry").await.ok();
    assert_eq!(found["did_you_mean"], "harvest and pantry");
    let found = writer.get("/api/search?q=volunteers").await.ok();
    assert_eq!(found["did_you_mean"], Value::Null);
    assert_eq!(found["hints"], json!([]));
}

#[tokio::test]
async fn what_may_have_been_meant_otherwise_is_told() {
    let server = with_two_documents().await;
    let writer = server.as_writer().await;
    let found = writer.get("/api/search?q=author:rivera+%22coaches").await;
    let hints = found.ok()["hints"].clone();
    let said = |number: usize, what: &str| hints[number].as_str().unwrap().contains(what);
    assert!(said(0, "“author:” is no condition"), "{hints}");
    assert!(said(1, "“coaches” is never closed"), "{hints}");
}

#[tokio::test]
async fn passages_are_found_by_passages_like_them() {
    let server = with_two_documents().await;
    let editor = server.as_editor().await;
    let more = a_document("more.txt")
        .saying(&["Coaches read with children in every school of the valley, once a week."]);
    editor.upload(more).await.created();
    let of = |hit: &Value| hit["document"]["filename"].as_str().unwrap().to_owned();
    let coaches = hits(&editor, "q=coaches+words+learned").await;
    let first = &coaches[0];
    let liked = first["passage_id"].as_str().unwrap();
    let similar = eventually("another is like it", || async {
        hits(&editor, &format!("like={liked}"))
            .await
            .into_iter()
            .next()
    })
    .await;
    assert_eq!(
        (of(first), of(&similar)),
        ("coaches.pdf".into(), "more.txt".into())
    );
    // The page of the document leads to them.
    let browser = Browser::sign_in(&server, EDITOR).await;
    let document = first["document"]["doc_id"].as_str().unwrap();
    let page = browser.look_at(&format!("/library/{document}")).await;
    let address = format!("/search?like={liked}");
    assert!(page.text().contains(&address), "{}", page.text());
    let page = browser.look_at(&address).await;
    assert!(
        page.text().contains("every school of the valley"),
        "{}",
        page.text()
    );
    // Left out by hand.
    let id = similar["passage_id"].as_str().unwrap();
    let rest = hits(&editor, &format!("like={liked}&without={id}")).await;
    assert!(
        rest.iter()
            .all(|hit| hit["passage_id"] != similar["passage_id"])
    );
    // With conditions, but nothing else.
    let of_year = async |year: u16| hits(&editor, &format!("like={liked}&q=year:{year}")).await;
    assert!(of_year(2022).await.is_empty() && !of_year(2024).await.is_empty());
    let gone = Uuid::nil();
    let nothing = editor.get(&format!("/api/search?without={gone}")).await;
    assert_eq!(nothing.status, 422, "{}", nothing.text());
    let nothing = editor
        .get(&format!("/api/search?like={gone}&q=year:2024"))
        .await;
    assert!(
        nothing.text().contains("no longer in the library"),
        "{}",
        nothing.text()
    );
    nothing.json(422);
    assert!(
        !hits(&editor, &format!("like={gone}&q=coaches"))
            .await
            .is_empty()
    );
}
