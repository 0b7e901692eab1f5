//! What a site has set by itself: `/api/config`.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Client, TestServer, a_document, eventually};

async fn config(client: &Client) -> Value {
    client.get("/api/config").await.ok()["config"].clone()
}

async fn count(client: &Client) -> (Value, Value) {
    let reply = client.get("/api/config/metadata").await.ok();
    assert_eq!(reply["success"], true);
    let metadata = &reply["metadata"];
    (
        metadata["update_count"].clone(),
        metadata["last_updated"].clone(),
    )
}

fn at_first() -> Value {
    json!({
        "llm_config": {
            "model_name": "claude-sonnet-4-5-20250929", "temperature": 0.3, "max_tokens": 4096,
        },
        "rag_config": {
            "embedding_model": "text-embedding-3-small", "chunk_size": 500, "chunk_overlap": 50,
            "default_retrieval_count": 5, "similarity_threshold": 0.7, "recency_weight": 0.7,
        },
        "user_preferences": {
            "default_audience": null, "default_section": null, "default_tone": null,
            "citation_style": "numbered", "auto_save_interval": 60,
        },
    })
}

#[tokio::test]
async fn d_41_the_configuration_is_in_the_database_and_outlives_the_server() {
    let mut server = TestServer::start().await;
    let (admin, editor) = (server.as_admin().await, server.as_editor().await);
    assert_eq!(config(&editor).await, at_first());
    assert_eq!(count(&editor).await.0, 0);
    let body = json!({ "llm_config": { "temperature": 0.9 }, "llm": { "temperature": 0.1 } });
    let reply = admin.put("/api/config", &body).await.ok();
    assert_eq!(reply["success"], true);
    let mut expected = at_first();
    expected["llm_config"]["temperature"] = json!(0.9);
    assert_eq!(reply["config"], expected);
    server.restart_after(|_| {});
    let editor = server.as_editor().await;
    assert_eq!(config(&editor).await, expected);
    assert_eq!(count(&editor).await.0, 1);
    let admin = server.as_admin().await;
    let reply = admin.post("/api/config/reset", &json!({})).await.ok();
    assert_eq!(reply["config"], at_first());
    assert_eq!(config(&editor).await, at_first());
    assert_eq!(count(&editor).await.0, 2);
    // What the same table holds besides is not of it.
    let others = "SELECT count(*) FROM system_config WHERE key = 'site_id'";
    assert_eq!(server.count(others).await, 1);
    admin.put("/api/config", &json!({})).await.ok();
    editor.put("/api/config", &json!({})).await.json(403);
    server.as_writer().await.get("/api/config").await.json(403);
}

#[tokio::test]
async fn d_42_a_section_that_is_refused_leaves_the_others_alone() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let before = count(&admin).await;
    for (section, wrong, status) in [
        ("user_preferences", json!({ "citation_style": "mla" }), 400),
        ("rag_config", json!({ "embedding_model": "" }), 400),
        (
            "rag_config",
            json!({ "chunk_size": 100, "chunk_overlap": 100 }),
            400,
        ),
        ("rag_config", json!({ "chunk_overlap": 201 }), 422),
        ("rag_config", json!({ "default_retrieval_count": 21 }), 422),
        ("user_preferences", json!({ "auto_save_interval": 9 }), 422),
    ] {
        let mut body = json!({ "llm_config": { "temperature": 0.9, "max_tokens": 600 } });
        body[section] = wrong;
        admin.put("/api/config", &body).await.json(status);
        assert_eq!(config(&admin).await, at_first(), "{body}");
    }
    let refused = admin
        .put(
            "/api/config",
            &json!({ "llm_config": { "model_name": "" } }),
        )
        .await
        .refusal(400);
    assert!(refused.contains("model_name"), "{refused}");
    assert_eq!(count(&admin).await, before, "a refusal is no update");
}

#[tokio::test]
async fn d_42_two_who_write_at_once_are_both_counted() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let writes = (0..8).map(|n| {
        let body = json!({ "rag_config": { "default_retrieval_count": n + 1 } });
        let admin = admin.clone();
        async move { admin.put("/api/config", &body).await.ok() }
    });
    join_all(writes).await;
    assert_eq!(count(&admin).await.0, 8);
}

#[tokio::test]
async fn d_42_a_draft_takes_from_the_configuration_what_its_request_leaves_out() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    for n in 1..=4 {
        let text = format!("A board of {n} members governs chapter {n} and meets every month.");
        let document = a_document(&format!("board-{n}.txt")).saying(&[&text]);
        admin.upload(document).await.created();
    }
    eventually("the library is searched", || async {
        let found = admin.get("/api/search?q=board").await.ok();
        (found["hits"].as_array().unwrap().len() == 4).then_some(())
    })
    .await;
    let request = json!({
        "query": "How the board governs the chapters",
        "audience": "Federal RFP",
        "section": "Organizational Capacity",
    });
    let draft = |request: Value| {
        let admin = admin.clone();
        async move { admin.post("/api/query", &request).await.ok() }
    };
    let sources = |reply: &Value| reply["sources"].as_array().unwrap().len();
    assert_eq!(sources(&draft(request.clone()).await), 4);
    let body = json!({
        "llm_config": { "temperature": 0.5 },
        "rag_config": { "default_retrieval_count": 2 },
    });
    admin.put("/api/config", &body).await.ok();
    let reply = draft(request.clone()).await;
    assert_eq!(sources(&reply), 2);
    assert_eq!(reply["metadata"]["temperature"], 0.5);
    let mut request = request;
    request["max_sources"] = json!(3);
    assert_eq!(sources(&draft(request).await), 3);
}

#[tokio::test]
async fn d_58_the_reply_says_which_fields_have_no_effect() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let body = json!({ "rag_config": { "chunk_size": 300 } });
    for reply in [
        admin.get("/api/config").await.ok(),
        admin.put("/api/config", &body).await.ok(),
        admin.post("/api/config/reset", &Value::Null).await.ok(),
    ] {
        let message = reply["message"].as_str().unwrap();
        let (_, without) = message.split_once("without effect").unwrap();
        for field in [
            "model_name",
            "embedding_model",
            "chunk_size",
            "chunk_overlap",
            "similarity_threshold",
            "citation_style",
            "auto_save_interval",
        ] {
            assert!(without.contains(field), "{field}: {message}");
        }
    }
}

#[tokio::test]
async fn a_row_that_is_missing_or_broken_is_completed() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    sqlx::raw_sql(
        r#"DELETE FROM system_config WHERE key = 'llm_config';
           UPDATE system_config SET value = '{"chunk_size": "large", "recency_weight": 0.2}' WHERE key = 'rag_config';
           UPDATE system_config SET value = '"{\"default_tone\": \"Warm\"}"' WHERE key = 'user_preferences'"#,
    )
    .execute(&server.pool())
    .await
    .unwrap();
    let mut expected = at_first();
    expected["rag_config"]["recency_weight"] = json!(0.2);
    expected["user_preferences"]["default_tone"] = json!("Warm");
    assert_eq!(config(&admin).await, expected);
    let body = json!({ "llm_config": { "max_tokens": 600 } });
    let reply = admin.put("/api/config", &body).await.ok();
    expected["llm_config"]["max_tokens"] = json!(600);
    assert_eq!(reply["config"], expected);
}

#[tokio::test]
async fn what_was_set_is_in_the_log() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let body = json!({ "user_preferences": { "default_tone": "Warm" } });
    admin.put("/api/config", &body).await.ok();
    admin.post("/api/config/reset", &json!({})).await.ok();
    let log = admin.get("/api/audit/logs?entity_type=config").await.ok();
    let rows = log["logs"].as_array().unwrap();
    let events: Vec<_> = rows.iter().map(|row| &row["event_type"]).collect();
    assert_eq!(events, ["config.reset", "config.update"]);
    assert_eq!(rows[1]["entity_id"], Value::Null);
    let me = admin.get("/api/auth/me").await.ok();
    assert_eq!(rows[1]["user_id"], me["user_id"]);
    let (before, after) = (&rows[1]["details"]["before"], &rows[1]["details"]["after"]);
    assert_eq!(before, &json!({ "user_preferences.default_tone": null }));
    assert_eq!(after, &json!({ "user_preferences.default_tone": "Warm" }));
}
