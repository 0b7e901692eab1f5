//! Writing styles, and the analysis of samples.

use std::fmt::Write;
use std::time::Instant;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Client, TestServer, an_output};

const NOWHERE: &str = "/api/writing-styles/00000000-0000-4000-8000-000000000000";

const GUIDE: &str = "Write in the first person plural. Keep sentences to about twenty words, and \
    let every third one be short. Put the figure first and its meaning second.";

fn a_style(name: &str) -> Value {
    json!({ "name": name, "type": "grant", "prompt_content": GUIDE })
}

async fn make(client: &Client, body: &Value) -> Value {
    client.post("/api/writing-styles", body).await.created()["style"].clone()
}

fn path_of(style: &Value) -> String {
    format!(
        "/api/writing-styles/{}",
        style["style_id"].as_str().unwrap()
    )
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let list = client
        .get(&format!("/api/writing-styles{query}"))
        .await
        .ok();
    let styles = list["styles"].as_array().unwrap();
    assert_eq!(list["total"], styles.len());
    let name = |style: &Value| style["name"].as_str().unwrap().to_owned();
    styles.iter().map(name).collect()
}

/// Prose about the `seed`-th of many small towns, of about 330 words.
fn a_sample(seed: usize) -> String {
    let mut text = String::new();
    for part in 0..6 {
        let n = seed * 7 + part;
        write!(
            text,
            "Many families in our valley lack a warm room in winter. Because the nights are long, \
             our neighbors open their kitchens to them on {n} evenings. We cook together, and we \
             eat at one table. In 2024 we served {} meals, compared with {} in the year before. \
             Nobody was turned away. Next year we will add a second kitchen.\n\n",
            100 + n,
            90 + n,
        )
        .unwrap();
    }
    text
}

fn samples(count: usize) -> Vec<String> {
    (1..=count).map(a_sample).collect()
}

#[tokio::test]
async fn an_analysis_measures_the_samples_and_writes_a_guide() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let body = json!({ "samples": samples(4), "style_type": "GRANT", "style_name": "Kitchens" });
    let path = "/api/writing-styles/analyze";
    let found = editor.post(path, &body).await.ok();
    assert_eq!(
        (&found["success"], &found["errors"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(
        (&found["style_name"], &found["style_type"]),
        (&json!("Kitchens"), &json!("grant"))
    );
    assert_eq!(
        (&found["model"], &found["tokens_used"]),
        (&json!("built-in style analyser"), &json!(0))
    );
    assert!(found["generation_time"].as_f64().unwrap() > 0.0);
    let guide = found["style_prompt"].as_str().unwrap();
    let words = guide.split_whitespace().count();
    assert_eq!(found["word_count"], words);
    assert!((1000..=2500).contains(&words), "{words}");
    for said in ["“families”", "the first person plural", "compared", "need"] {
        assert!(guide.contains(said), "{said}: {guide}");
    }
    assert_eq!(found["analysis_metadata"]["sections_analyzed"], 8);
    assert_eq!(found["analysis_metadata"]["data_integration"], true);
    let counts: Vec<_> = samples(4)
        .iter()
        .map(|it| it.split_whitespace().count())
        .collect();
    let total: usize = counts.iter().sum();
    let stats = &found["sample_stats"];
    assert_eq!(
        (&stats["word_counts"], &stats["total_words"]),
        (&json!(counts), &json!(total))
    );
    assert_eq!(stats["sample_count"], 4);
    assert_eq!(found["warnings"], json!([]));
    // Nothing is kept, and the same samples give the same guide.
    assert_eq!(names(&editor, "").await, [""; 0]);
    assert_eq!(
        server
            .count("SELECT count(*) FROM audit_log WHERE event_type LIKE 'writing%'")
            .await,
        0
    );
    assert_eq!(
        editor.post(path, &body).await.ok()["style_prompt"],
        found["style_prompt"]
    );
    let mut style = a_style("Kitchens");
    style["prompt_content"] = found["style_prompt"].clone();
    style["analysis_metadata"] = found["analysis_metadata"].clone();
    make(&editor, &style).await;
}

#[tokio::test]
async fn few_samples_are_warned_of_and_short_ones_refused() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let path = "/api/writing-styles/analyze";
    let found = editor
        .post(path, &json!({ "samples": samples(3) }))
        .await
        .ok();
    assert_eq!(found["style_type"], "general");
    assert!(found["warnings"][0].as_str().unwrap().contains("3 samples"));
    let mut short = samples(3);
    short[1] = "Only a few words.".to_owned();
    for (body, field) in [
        (json!({ "samples": samples(2) }), "samples"),
        (json!({ "samples": samples(8) }), "samples"),
        (json!({ "samples": short }), "samples"),
        (
            json!({ "samples": samples(3), "style_type": "letter" }),
            "style_type",
        ),
        (json!({}), "samples"),
    ] {
        let refused = editor.post(path, &body).await.json(422);
        assert_eq!(refused["detail"][0]["loc"][1], field);
    }
    server
        .as_writer()
        .await
        .post(path, &json!({}))
        .await
        .json(403);
}

#[tokio::test]
async fn d_39_an_analysis_that_fails_is_200_with_the_whole_shape() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let path = "/api/writing-styles/analyze";
    let good = editor
        .post(path, &json!({ "samples": samples(4) }))
        .await
        .ok();
    let german =
        "Die Kinder lesen jeden Tag ein Buch mit ihren Eltern und freuen sich. ".repeat(20);
    let body = json!({ "samples": vec![german; 4], "style_type": "report", "style_name": "Brief" });
    let failed = editor.post(path, &body).await.ok();
    let keys =
        |reply: &Value| -> Vec<String> { reply.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(keys(&failed), keys(&good));
    assert_eq!(failed["success"], false);
    assert_eq!(
        (&failed["style_prompt"], &failed["word_count"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(failed["analysis_metadata"], Value::Null);
    assert_eq!(
        (&failed["style_name"], &failed["style_type"]),
        (&json!("Brief"), &json!("report"))
    );
    assert_eq!(failed["sample_stats"]["sample_count"], 4);
    assert!(failed["errors"][0].as_str().unwrap().contains("English"));
    let table = vec!["| Oak Hill | 44 | the school | in town |\n".repeat(40); 3];
    let failed = editor.post(path, &json!({ "samples": table })).await.ok();
    assert!(failed["errors"][0].as_str().unwrap().contains("sentences"));
}

#[tokio::test]
async fn d_16_the_list_has_styles_without_their_texts() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let mut body = a_style("First");
    body["samples"] = json!(samples(3));
    body["analysis_metadata"] = json!({ "tone": true });
    let first = make(&editor, &body).await;
    make(&editor, &a_style("Second")).await;
    editor
        .put(&path_of(&first), &json!({ "active": false }))
        .await
        .ok();
    let list = writer.get("/api/writing-styles").await.ok();
    assert_eq!(
        (&list["total"], &list["active_count"]),
        (&json!(2), &json!(1))
    );
    let listed = &list["styles"][1];
    assert_eq!(
        (&listed["name"], &listed["sample_count"]),
        (&json!("First"), &json!(3))
    );
    assert_eq!(
        (&listed["prompt_content"], &listed["samples"]),
        (&json!(""), &json!([]))
    );
    assert_eq!(listed["analysis_metadata"], Value::Null);
    assert_eq!(names(&writer, "").await, ["Second", "First"]);
}

#[tokio::test]
async fn d_17_a_style_with_samples_and_analysis_is_read_back() {
    let server = TestServer::start().await;
    let (editor, writer) = (server.as_editor().await, server.as_writer().await);
    let mut body = a_style("Whole");
    body["type"] = json!("Report");
    body["description"] = json!("As in our letters");
    body["samples"] = json!(["One text.", "Another text."]);
    body["analysis_metadata"] = json!({ "tone": true, "sections_analyzed": 1 });
    body["active"] = json!(false);
    let made = make(&editor, &body).await;
    let me = editor.get("/api/auth/me").await.ok();
    assert_eq!(made["created_by"], me["user_id"]);
    assert_eq!(
        (&made["type"], &made["active"]),
        (&json!("report"), &json!(true))
    );
    let read = writer.get(&path_of(&made)).await.ok();
    assert_eq!(read["success"], true);
    assert_eq!(read["style"], made);
    assert_eq!(
        (&made["samples"], &made["sample_count"]),
        (&body["samples"], &json!(2))
    );
    assert_eq!(made["analysis_metadata"], body["analysis_metadata"]);
    // Rows of old sites hold JSON in texts, or nothing.
    sqlx::raw_sql(
        r#"UPDATE writing_styles SET samples = '"[\"One text.\"]"', sample_count = NULL,
               analysis_metadata = '"{\"tone\": true}"'"#,
    )
    .execute(&server.pool())
    .await
    .unwrap();
    let read = writer.get(&path_of(&made)).await.ok()["style"].clone();
    assert_eq!(
        (&read["samples"], &read["sample_count"]),
        (&json!(["One text."]), &json!(1))
    );
    assert_eq!(read["analysis_metadata"], json!({ "tone": true }));
}

#[tokio::test]
async fn d_40_types_are_known_in_any_letter_case_and_others_are_422() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let mut body = a_style("Loud");
    body["type"] = json!("PROPOSAL");
    assert_eq!(make(&editor, &body).await["type"], "proposal");
    body["type"] = json!("letter");
    body["name"] = json!("");
    body["prompt_content"] = json!("short");
    let refused = editor.post("/api/writing-styles", &body).await.json(422);
    let fields: Vec<_> = refused["detail"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["loc"][1])
        .collect();
    assert_eq!(fields, ["name", "type", "prompt_content"]);
}

#[tokio::test]
async fn d_40_names_that_are_taken_are_409() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let one = make(&editor, &a_style("One")).await;
    make(&editor, &a_style("Two")).await;
    let said = editor
        .post("/api/writing-styles", &a_style("One"))
        .await
        .refusal(409);
    assert!(said.contains("exists already"), "{said}");
    editor
        .put(&path_of(&one), &json!({ "name": "Two" }))
        .await
        .json(409);
    assert_eq!(editor.get(&path_of(&one)).await.ok()["style"], one);
    // Names differ by letter case.
    make(&editor, &a_style("one")).await;
}

#[tokio::test]
async fn d_40_ids_that_are_none_are_400_and_unknown_ones_404() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    for (path, status) in [("/api/writing-styles/seven", 400), (NOWHERE, 404)] {
        editor.get(path).await.json(status);
        editor.put(path, &json!({})).await.json(status);
        editor
            .put(path, &json!({ "active": true }))
            .await
            .json(status);
        editor.delete(path).await.json(status);
    }
    editor
        .get("/api/writing-styles?created_by=me")
        .await
        .json(422);
}

#[tokio::test]
async fn d_70_percent_and_underscore_are_no_wildcards_in_a_search_for_styles() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let me = editor.get("/api/auth/me").await.ok();
    let me = me["user_id"].as_str().unwrap();
    let mut plain = a_style("Plain");
    plain["description"] = json!("All 100% of it");
    plain["type"] = json!("report");
    make(&editor, &plain).await;
    make(&editor, &a_style("under_score")).await;
    for (query, expected) in [
        ("?search=%25", vec!["Plain"]),
        ("?search=_", vec!["under_score"]),
        ("?search=UNDER", vec!["under_score"]),
        ("?type=report", vec!["Plain"]),
        ("?type=Report", vec![]),
        ("?type=report&search=_", vec![]),
        ("?active=false", vec![]),
        (&format!("?created_by={me}"), vec!["under_score", "Plain"]),
        ("?created_by=00000000-0000-4000-8000-000000000000", vec![]),
    ] {
        assert_eq!(names(&editor, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_style_that_is_deleted_leaves_its_outputs() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let style = make(&editor, &a_style("Gone soon")).await;
    let output = an_output("Kept").with("writing_style_id", style["style_id"].clone());
    let output = editor.post("/api/outputs", output.body()).await.created();
    let same = editor
        .put(&path_of(&style), &json!({ "name": null, "type": "report" }))
        .await
        .ok();
    assert_eq!(same["style"], style);
    let changed = editor
        .put(&path_of(&style), &json!({ "description": "Shorter" }))
        .await
        .ok();
    assert_eq!(changed["style"]["description"], "Shorter");
    assert!(changed["style"]["updated_at"].as_str() > style["updated_at"].as_str());
    let gone = editor.delete(&path_of(&style)).await.ok();
    assert_eq!(
        (&gone["success"], &gone["style_id"]),
        (&json!(true), &style["style_id"])
    );
    let path = format!("/api/outputs/{}", output["output_id"].as_str().unwrap());
    assert_eq!(
        editor.get(&path).await.ok()["writing_style_id"],
        Value::Null
    );
    // A change of nothing has no row.
    let id = style["style_id"].as_str().unwrap();
    let log = admin
        .get(&format!("/api/audit/logs/entity/writing_style/{id}"))
        .await
        .ok();
    let events: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["event_type"])
        .collect();
    assert_eq!(
        events,
        [
            "writing_style.delete",
            "writing_style.update",
            "writing_style.create"
        ]
    );
    assert_eq!(log[2]["details"]["status_code"], 201);
    assert!(
        !log.to_string().contains("first person plural"),
        "texts are marked only"
    );
}

/// Were they analysed on the threads that answer, each of the other requests would wait
/// for one of them.
#[tokio::test]
async fn d_80_other_requests_are_answered_while_samples_are_analysed() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let long: Vec<_> = samples(3).iter().map(|text| text.repeat(8)).collect();
    let body = json!({ "samples": long });
    let analysis = || async {
        let reply = editor.post("/api/writing-styles/analyze", &body).await;
        assert_eq!(reply.ok()["success"], true);
        Instant::now()
    };
    let others = async {
        for _ in 0..10 {
            editor.get("/api/auth/me").await.ok();
        }
        Instant::now()
    };
    let (mut analysed, answered) = tokio::join!(join_all((0..8).map(|_| analysis())), others);
    analysed.sort_unstable();
    assert!(answered < analysed[3], "half of the analyses came first");
}

#[tokio::test]
async fn an_adopted_output_that_breaks_a_rule_is_in_the_way_of_a_deletion() {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    let style = make(&editor, &a_style("Old")).await;
    let output = an_output("Old").with("writing_style_id", style["style_id"].clone());
    editor.post("/api/outputs", output.body()).await.created();
    let breaking = [
        "ALTER TABLE outputs DROP CONSTRAINT outputs_awarded_not_above_requested",
        "UPDATE outputs SET requested_amount = 1, awarded_amount = 2",
        "ALTER TABLE outputs ADD CONSTRAINT outputs_awarded_not_above_requested
         CHECK (awarded_amount <= requested_amount) NOT VALID",
    ];
    for sql in breaking {
        sqlx::query(sql).execute(&server.pool()).await.unwrap();
    }
    let refusal = editor.delete(&path_of(&style)).await.refusal(409);
    assert!(refusal.contains("mend or delete"), "{refusal}");
    assert!(names(&editor, "").await.contains(&"Old".to_owned()));
}
