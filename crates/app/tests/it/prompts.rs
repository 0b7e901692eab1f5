//! Prompt templates.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

const NOWHERE: &str = "/api/prompts/00000000-0000-4000-8000-000000000000";

fn a_prompt(name: &str) -> Value {
    json!({
        "name": name,
        "category": "custom",
        "content": "Write for {funder} in plain words.",
        "variables": ["funder"],
    })
}

fn path_of(reply: &Value) -> String {
    format!("/api/prompts/{}", reply["prompt"]["id"].as_str().unwrap())
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("/api/prompts{query}")).await.ok();
    let prompts = list["prompts"].as_array().unwrap();
    assert_eq!(list["total"], prompts.len());
    let name = |prompt: &Value| prompt["name"].as_str().unwrap().to_owned();
    prompts.iter().map(name).collect()
}

#[tokio::test]
async fn d_41_prompts_are_in_the_database_and_outlive_the_server() {
    let mut server = TestServer::start().await;
    let editor = server.as_editor().await;
    let seeded = names(&editor, "").await;
    assert_eq!(seeded.len(), 12);
    let made = editor.post("/api/prompts", &a_prompt("Small towns")).await;
    let made = made.created();
    assert_eq!(made["success"], true);
    assert_eq!(made["prompt"]["version"], 1);
    assert_eq!(made["prompt"]["active"], true);
    assert_eq!(made["prompt"]["variables"], json!(["funder"]));
    server.restart_after(|_| {});
    let writer = server.as_writer().await;
    assert_eq!(
        writer.get(&path_of(&made)).await.ok()["prompt"],
        made["prompt"]
    );
    // In the order in which they were put in: the new one is the last.
    let listed = names(&writer, "").await;
    assert_eq!(listed.last().unwrap(), "Small towns");
    assert_eq!(listed[..12], seeded);
}

#[tokio::test]
async fn d_41_categories_have_other_names_on_the_wire_than_in_the_table() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    for (wire, kept, seeds) in [
        ("brand_voice", "Brand Voice", 1),
        ("audience", "Audience-Specific", 5),
        ("section", "Section-Specific", 6),
        ("custom", "General", 0),
    ] {
        let query = format!("?category={wire}");
        assert_eq!(names(&writer, &query).await.len(), seeds, "{wire}");
        let mut prompt = a_prompt(wire);
        prompt["category"] = json!(wire);
        let made = editor.post("/api/prompts", &prompt).await.created();
        assert_eq!(made["prompt"]["category"], wire);
        let stored: String =
            sqlx::query_scalar("SELECT category FROM prompt_templates WHERE name = $1")
                .bind(wire)
                .fetch_one(&server.pool())
                .await
                .unwrap();
        assert_eq!(stored, kept);
        assert_eq!(names(&writer, &query).await.len(), seeds + 1, "{wire}");
    }
    assert_eq!(names(&writer, "?category=General").await, [""; 0]);
    let mut prompt = a_prompt("No such layer");
    prompt["category"] = json!("General");
    let said = editor.post("/api/prompts", &prompt).await.refusal(400);
    assert!(said.contains("brand_voice"), "{said}");
    prompt.as_object_mut().unwrap().remove("category");
    editor.post("/api/prompts", &prompt).await.json(422);
}

#[tokio::test]
async fn every_write_is_a_version_and_a_name_is_taken_once() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let made = editor
        .post("/api/prompts", &a_prompt("One"))
        .await
        .created();
    editor
        .post("/api/prompts", &a_prompt("One"))
        .await
        .json(409);
    editor
        .post("/api/prompts", &a_prompt("Two"))
        .await
        .created();
    let path = path_of(&made);
    let change = json!({ "content": "", "variables": [], "active": false, "category": "section" });
    let changed = editor.put(&path, &change).await.ok();
    let prompt = &changed["prompt"];
    assert_eq!(
        (&prompt["content"], &prompt["version"]),
        (&json!(""), &json!(2))
    );
    assert_eq!(
        (&prompt["variables"], &prompt["active"], &prompt["category"]),
        (&json!([]), &json!(false), &json!("custom"))
    );
    assert!(prompt["updated_at"].as_str() > prompt["created_at"].as_str());
    let same = editor.put(&path, &json!({})).await.ok();
    assert_eq!(same["prompt"]["version"], 3);
    assert_eq!(same["prompt"]["name"], "One");
    editor.put(&path, &json!({ "name": "Two" })).await.json(409);
    editor
        .put(&path, &json!({ "name": "x".repeat(101) }))
        .await
        .json(422);
    assert_eq!(editor.get(&path).await.ok()["prompt"]["version"], 3);
    let gone = editor.delete(&path).await.ok();
    assert_eq!(
        (&gone["success"], &gone["prompt_id"]),
        (&json!(true), &prompt["id"])
    );
    for path in [path.as_str(), NOWHERE, "/api/prompts/stats"] {
        editor.get(path).await.json(404);
        editor.put(path, &json!({})).await.json(404);
        editor.delete(path).await.json(404);
    }
}

#[tokio::test]
async fn d_70_percent_and_underscore_are_no_wildcards_in_a_search_for_prompts() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    for (name, content) in [("100% match", "Plain."), ("under_score", "Plain.")] {
        let prompt = json!({ "name": name, "category": "custom", "content": content });
        editor.post("/api/prompts", &prompt).await.created();
    }
    assert_eq!(names(&editor, "?search=%25").await, ["100% match"]);
    assert_eq!(names(&editor, "?search=_").await, ["under_score"]);
    assert_eq!(names(&editor, "?search=MATCH").await, ["100% match"]);
    assert_eq!(names(&editor, "?search=plain.").await.len(), 2);
    assert_eq!(
        names(&editor, "?search=plain.&category=audience").await,
        [""; 0]
    );
    assert_eq!(names(&editor, "?search=plain.&active=false").await, [""; 0]);
}

#[tokio::test]
async fn old_rows_without_version_and_with_json_in_a_text_are_read() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    sqlx::raw_sql(
        r#"UPDATE prompt_templates SET variables = NULL, active = NULL, version = NULL
           WHERE name = 'Federal RFP';
           UPDATE prompt_templates SET variables = '"[\"funder\"]"' WHERE name = 'Foundation Grant'"#,
    )
    .execute(&server.pool())
    .await
    .unwrap();
    let list = writer
        .get("/api/prompts?active=true&category=audience")
        .await
        .ok();
    let by_name = |name: &str| {
        let prompts = list["prompts"].as_array().unwrap();
        prompts
            .iter()
            .find(|it| it["name"] == name)
            .unwrap()
            .clone()
    };
    let old = by_name("Federal RFP");
    assert_eq!(
        (&old["variables"], &old["version"]),
        (&json!([]), &json!(1))
    );
    assert_eq!(by_name("Foundation Grant")["variables"], json!(["funder"]));
}

#[tokio::test]
async fn what_was_done_to_a_prompt_is_in_the_log() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let made = editor
        .post("/api/prompts", &a_prompt("Told"))
        .await
        .created();
    let path = path_of(&made);
    editor
        .put(&path, &json!({ "content": "A secret plan" }))
        .await
        .ok();
    editor.delete(&path).await.ok();
    let me = editor.get("/api/auth/me").await.ok();
    let id = made["prompt"]["id"].as_str().unwrap();
    let log = admin
        .get(&format!("/api/audit/logs/entity/prompt/{id}"))
        .await
        .ok();
    let events: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["event_type"])
        .collect();
    assert_eq!(events, ["prompt.delete", "prompt.update", "prompt.create"]);
    for row in log.as_array().unwrap() {
        assert_eq!(row["user_id"], me["user_id"]);
    }
    assert_eq!(log[2]["details"]["status_code"], 201);
    assert_eq!(log[1]["details"]["after"]["version"], 2);
    assert!(
        !log.to_string().contains("secret plan"),
        "texts are marked only"
    );
}
