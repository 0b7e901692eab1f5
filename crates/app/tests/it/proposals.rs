//! What is found in documents: proposed with its evidence, taken or waiting, and a
//! person's word about it; what documents name.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::server::EDITOR;
use crate::support::{Browser, Client, Reply, Site, TestServer, a_document, eventually};

const PLAN: &str = "# Boats for All: Books on Every Island\n\n\
    Submitted to the Harlan Community Foundation on March 3, 2024.\n\n\
    Amount requested: $50,000\n\n\
    This proposal asks for boats. Dr. Amara Okafor of the Harlan Community Foundation \
    gave 40% of it to schools in Ohio.";

/// Puts a document in of which nothing is said; returns the job when it is done.
async fn added(editor: &Client, name: &str, text: &str) -> Value {
    let document = a_document(name).saying(&[text]).described_as(json!({}));
    let accepted = editor.upload_later(document).await.json(202);
    let path = format!("/api/jobs/{}", accepted["job_id"].as_str().unwrap());
    eventually("it is ready", || async {
        let job = editor.get(&path).await.ok();
        (job["status"] == "ready").then_some(job)
    })
    .await
}

fn address(job: &Value) -> String {
    format!("/api/documents/{}", job["doc_id"].as_str().unwrap())
}

fn field<'a>(proposals: &'a Value, name: &str) -> &'a Value {
    let fields = proposals["fields"].as_array().unwrap();
    fields.iter().find(|field| field["field"] == name).unwrap()
}

async fn listed(client: &Client, query: &str) -> Value {
    let list = client.get(&format!("/api/documents?{query}")).await.ok();
    list["pagination"]["total"].clone()
}

async fn patch(client: &Client, path: &str, body: &Value) -> Reply {
    Reply::of(client.request(Method::PATCH, path).json(body)).await
}

#[tokio::test]
async fn what_is_found_is_told_with_its_evidence_and_a_person_confirms_it() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let job = added(&editor, "x7.md", PLAN).await;
    let told = job["proposals"].as_array().unwrap();
    assert!(told.iter().any(|it| it["field"] == "funder"), "{job:#}");
    let address = address(&job);
    let path = format!("{address}/proposals");

    let found = writer.get(&path).await.ok();
    assert_eq!(found["to_confirm"], json!(true));
    let title = field(&found, "title");
    assert_eq!(
        title["values"],
        json!(["Boats for All: Books on Every Island"])
    );
    assert_eq!(
        (&title["said_by"], &title["proposals"][0]["taken"]),
        (&json!("proposal"), &json!(true))
    );
    let amount = &field(&found, "requested_amount")["proposals"][0];
    assert_eq!(
        (&amount["value"], &amount["sureness"]),
        (&json!("50000.00"), &json!("sure"))
    );
    assert!(
        amount["evidence"]
            .as_str()
            .unwrap()
            .contains("Amount requested: $50,000")
    );
    // Money waits for a person's word, a title does not.
    let document = editor.get(&address).await.ok();
    assert_eq!(
        (&document["requested_amount"], &document["year"]),
        (&Value::Null, &json!(2024))
    );
    assert_eq!(listed(&editor, "to_confirm=true").await, json!(1));

    writer.post(&path, &json!({})).await.json(403);
    patch(&writer, &path, &json!({})).await.json(403);
    let wrong = json!({ "year": 1850, "funder": "x".repeat(300) });
    let refused = editor.post(&path, &wrong).await.refusal(422);
    assert!(
        refused.contains("between 2000") && refused.contains("255"),
        "{refused}"
    );
    editor
        .post(&path, &json!({ "programs": ["Moon Base"] }))
        .await
        .json(400);

    let corrected = patch(&editor, &path, &json!({ "year": 2023 })).await.ok();
    assert_eq!(
        corrected["to_confirm"],
        json!(true),
        "the rest goes on waiting"
    );
    assert_eq!(field(&corrected, "year")["said_by"], json!("person"));
    let confirmed = editor
        .post(&path, &json!({ "awarded_amount": 45000 }))
        .await
        .ok();
    assert_eq!(confirmed["to_confirm"], json!(false));
    assert!(confirmed["confirmed_by"].as_str().unwrap().contains('@'));
    let document = editor.get(&address).await.ok();
    for (name, value) in [
        ("year", json!(2023)),
        ("funder", json!("Harlan Community Foundation")),
        ("requested_amount", json!("50000.00")),
        ("awarded_amount", json!("45000.00")),
        ("to_confirm", json!(false)),
    ] {
        assert_eq!(document[name], value, "{name}");
    }
    assert_eq!(listed(&editor, "to_confirm=true").await, json!(0));
    let none = patch(&editor, &path, &json!({ "funder": null })).await.ok();
    assert_eq!(field(&none, "funder")["values"], json!([]));
    for (event, detail) in [
        ("document.update", "\"year\": 2023"),
        (
            "document.confirm",
            "\"funder\": \"Harlan Community Foundation\"",
        ),
    ] {
        let sql = "SELECT count(*) FROM audit_log WHERE event_type = $1 \
                   AND details->>'after' LIKE '%' || $2 || '%'";
        let count: i64 = sqlx::query_scalar(sql)
            .bind(event)
            .bind(detail)
            .fetch_one(&server.pool())
            .await
            .unwrap();
        assert_eq!(count, 1, "{event}");
    }
}

#[tokio::test]
async fn what_a_person_said_is_not_taken_from_the_document() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let said = json!({
        "doc_type": "Other", "year": 2020, "title": "Mine", "outcome": "Pending",
        "funder": " Maple Trust ",
    });
    let document = a_document("plan.md").saying(&[PLAN]).described_as(said);
    let made = editor.upload(document).await.created();
    let path = format!("{}/proposals", address(&made));
    let found = editor.get(&path).await.ok();
    for name in ["title", "doc_type", "year", "outcome", "funder"] {
        assert_eq!(field(&found, name)["said_by"], json!("person"), "{name}");
    }
    assert_eq!(
        field(&found, "year")["proposals"][0]["value"],
        json!("2024")
    );
    let confirmed = editor.post(&path, &json!({})).await.ok();
    assert_eq!(field(&confirmed, "year")["values"], json!(["2020"]));
    assert_eq!(field(&confirmed, "title")["values"], json!(["Mine"]));
    assert_eq!(
        field(&confirmed, "funder")["values"],
        json!(["Maple Trust"])
    );
    let pasted = json!({ "doc_type": "Other", "year": 2020, "funder": "x".repeat(256) });
    let document = a_document("pasted.md").saying(&["# Pasted"]);
    let refused = editor.upload(document.described_as(pasted)).await.json(400);
    assert!(refused.to_string().contains("255 characters"), "{refused}");
    // Who waits for the document says what it is.
    let document = a_document("other.md")
        .saying(&["# Other"])
        .described_as(json!({}));
    editor.upload(document).await.json(400);
}

#[tokio::test]
async fn the_form_on_the_documents_page_works_without_a_script() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let job = added(&editor, "x7.md", PLAN).await;
    let id = job["doc_id"].as_str().unwrap();
    let browser = Browser::sign_in(&server, EDITOR).await;
    let page = browser.look_at(&format!("/library/{id}")).await.text();
    assert!(page.contains("Amount requested: $50,000") && page.contains("Confirm all"));
    assert!(page.contains("Dr. Amara Okafor") && page.contains(">Amara Okafor<"));
    let list = browser.look_at("/library?state=To+confirm").await.text();
    assert!(list.contains("Boats for All") && list.contains("To confirm</span>"));

    let path = format!("/library/{id}/confirm");
    let fields = |year| {
        [
            ("title", "Boats and Books"),
            ("doc_type", "Grant Proposal"),
            ("year", year),
            ("fiscal_year", ""),
            ("funder", "Harlan Community Foundation"),
            ("requested_amount", "50,000"),
            ("awarded_amount", ""),
            ("outcome", "Funded"),
        ]
    };
    let refused = browser.submit(&path, &fields("1850")).await;
    assert_eq!(refused.status.as_u16(), 422);
    let page = refused.text();
    assert!(
        page.contains("between 2000") && page.contains("Boats and Books"),
        "{page}"
    );
    assert_eq!(
        browser.submit(&path, &fields("2024")).await.status.as_u16(),
        303
    );
    let document = editor.get(&address(&job)).await.ok();
    assert_eq!(document["title"], json!("Boats and Books"));
    assert_eq!(document["outcome"], json!("Funded"));
    assert_eq!(document["to_confirm"], json!(false));
    let page = browser.look_at(&format!("/library/{id}")).await.text();
    assert!(page.contains("$50,000") && page.contains("Correct this"));
}

#[tokio::test]
async fn what_a_document_names_is_told_by_kind_and_place() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let job = added(&editor, "x7.md", PLAN).await;
    let path = format!("{}/entities", address(&job));
    let all = editor.get(&path).await.ok();
    let texts = |list: &Value| -> Vec<String> {
        let entities = list["entities"].as_array().unwrap().iter();
        entities
            .map(|it| it["text"].as_str().unwrap().to_owned())
            .collect()
    };
    for text in ["March 3, 2024", "$50,000", "Amara Okafor", "40%", "Ohio"] {
        assert!(texts(&all).contains(&text.to_owned()), "{text}: {all:#}");
    }
    let some = editor
        .get(&format!("{path}?kind=money&kind=percent"))
        .await
        .ok();
    assert_eq!(texts(&some), ["$50,000", "40%"]);
    let passages = editor
        .get(&format!("{}/passages", address(&job)))
        .await
        .ok();
    let money = &some["entities"][0];
    let passage =
        &passages["passages"][usize::try_from(money["chunk_index"].as_u64().unwrap()).unwrap()];
    let place = |name: &str| usize::try_from(money[name].as_u64().unwrap()).unwrap();
    let text: Vec<char> = passage["text"].as_str().unwrap().chars().collect();
    assert_eq!(
        text[place("start")..place("end")]
            .iter()
            .collect::<String>(),
        "$50,000"
    );
    editor.get(&format!("{path}?kind=colour")).await.json(422);
}

#[tokio::test]
async fn an_import_prints_what_was_found_and_lists_have_their_say() {
    let site = Site::new().await;
    site.write("in/x7.md", PLAN);
    site.write("in/x8.md", format!("{PLAN} More of it."));
    site.write(
        "in/metadata.csv",
        "file,title,year,funder\nx8.md,From the list,2021,Maple Trust\n",
    );
    let folder = site.path("in");
    let said = site.run(&["import", folder.to_str().unwrap()]).ok();
    assert!(
        said.contains("title: Boats for All: Books on Every Island (sure, taken;"),
        "{said}"
    );
    assert!(
        said.contains("funder: Harlan Community Foundation ("),
        "{said}"
    );
    let by_list = "SELECT count(*) FROM document_reviews JOIN documents USING (doc_id) \
                   WHERE title = 'From the list' AND funder = 'Maple Trust' \
                   AND said_by @> '{\"year\": \"list\", \"funder\": \"list\"}'";
    assert_eq!(site.count(by_list).await, 1);

    site.write("more/x9.md", format!("{PLAN} Again."));
    let folder = site.path("more");
    let told = site
        .run(&[
            "import",
            folder.to_str().unwrap(),
            "--json",
            "--funder",
            "Oak Fund",
        ])
        .json();
    assert_eq!(
        site.count("SELECT count(*) FROM documents WHERE funder = 'Oak Fund'")
            .await,
        1
    );
    let proposals = told["files"][0]["receipt"]["proposals"].as_array().unwrap();
    assert!(
        proposals.iter().any(|it| it["field"] == "requested_amount"),
        "{told:#}"
    );
}

#[tokio::test]
async fn another_reading_brings_what_is_named_up_to_date() {
    let site = Site::new().await;
    let folder = site.write("in/x7.md", PLAN);
    site.run(&["import", folder.to_str().unwrap()]).ok();
    let named = "SELECT coalesce(sum(cardinality(kinds)), 0) FROM passage_entities";
    let before = site.count(named).await;
    assert!(before > 4);
    for change in [
        "DELETE FROM passage_entities",
        "DELETE FROM document_proposals WHERE field = 'funder'",
    ] {
        sqlx::query(change).execute(&site.pool()).await.unwrap();
    }
    let said = site.run(&["reprocess", "--all", "--dry-run"]).ok();
    assert!(said.contains("1 stay the same"), "{said}");
    assert_eq!(site.count(named).await, 0, "a dry run writes nothing");
    site.run(&["reprocess", "--all"]).ok();
    assert_eq!(site.count(named).await, before);
    let funder = "SELECT count(*) FROM document_proposals WHERE field = 'funder'";
    assert_eq!(site.count(funder).await, 1);
}
