//! Outputs on their way from draft to decision.

mod analytics;
mod ownership;
mod pages;
mod rules;
mod sources;

use serde_json::{Value, json};

use crate::support::{Client, TestServer, an_output};

/// Where an output is.
fn path_of(output: &Value) -> String {
    format!("/api/outputs/{}", output["output_id"].as_str().unwrap())
}

async fn make(client: &Client, body: &crate::support::samples::Output) -> Value {
    client.post("/api/outputs", body.body()).await.created()
}

#[tokio::test]
async fn d_19_d_66_an_application_is_won_and_the_success_rate_shows_it() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let lost = an_output("Lost before").with("status", "not_awarded");
    make(&writer, &lost).await;
    let made = make(&writer, &an_output("Capacity section")).await;
    assert_eq!(made["status"], "draft");
    assert_eq!(made["created_by"], "walter@example.org");
    assert_eq!(made["word_count"], 8);
    let path = path_of(&made);
    let rate = async || writer.get("/api/outputs/stats").await.ok()["success_rate"].clone();
    assert_eq!(rate().await, 0.0);
    let submitted = json!({
        "status": "submitted", "funder_name": "Rivers Foundation",
        "requested_amount": "50000.00", "submission_date": "2026-03-02",
    });
    let output = writer.put(&path, &submitted).await.ok();
    assert_eq!(output["warnings"], json!([]), "{output}");
    writer
        .put(&path, &json!({ "status": "pending" }))
        .await
        .ok();
    let awarded = json!({
        "status": "awarded", "awarded_amount": 45000, "decision_date": "2026-06-30",
        "success_notes": "They liked the figures.",
    });
    writer.put(&path, &awarded).await.ok();
    let output = writer.get(&path).await.ok();
    assert_eq!(output["status"], "awarded");
    assert_eq!(output["requested_amount"], "50000.00");
    assert_eq!(output["awarded_amount"], "45000.00");
    assert_eq!(output["submission_date"], "2026-03-02");
    assert_eq!(output["decision_date"], "2026-06-30");
    let stats = writer.get("/api/outputs/stats").await.ok();
    assert_eq!(
        stats,
        json!({
            "total_outputs": 2,
            "by_type": { "grant_proposal": 2 },
            "by_status": { "awarded": 1, "not_awarded": 1 },
            "success_rate": 50.0,
            "total_requested": "50000.00", "total_awarded": "45000.00",
            "avg_requested": "25000.00", "avg_awarded": "22500.00",
        })
    );
    let listed = server
        .run(&["outputs", "list", "--status", "awarded", "--json"])
        .json();
    assert_eq!(listed[0]["title"], "Capacity section");
    assert_eq!(listed[0]["awarded_amount"], "45000.00");
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn d_67_what_is_still_to_be_filled_in_is_told_and_does_not_block() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let made = make(&writer, &an_output("Bare")).await;
    let output = writer
        .put(&path_of(&made), &json!({ "status": "submitted" }))
        .await
        .ok();
    let warnings = output["warnings"].as_array().unwrap();
    let fields: Vec<_> = warnings
        .iter()
        .map(|w| w["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        fields,
        ["funder_name", "requested_amount", "submission_date"]
    );
}

#[tokio::test]
async fn steps_out_of_order_are_refused_except_for_admins() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let made = make(&editor, &an_output("Too fast")).await;
    let path = path_of(&made);
    let to = |status: &str| json!({ "status": status });
    let said = editor.put(&path, &to("awarded")).await.refusal(422);
    assert!(
        said.contains("Invalid status transition from 'draft' to 'awarded'"),
        "{said}"
    );
    assert!(said.contains("submitted"), "{said}");
    assert_eq!(editor.get(&path).await.ok()["status"], "draft");
    editor.put(&path, &to("draft")).await.ok();
    admin.put(&path, &to("awarded")).await.ok();
    let said = editor.put(&path, &to("pending")).await.refusal(422);
    assert!(said.contains("terminal state"), "{said}");
    admin.put(&path, &to("draft")).await.ok();
    let overrides = "SELECT count(*) FROM audit_log WHERE event_type = 'output.update' AND details ->> 'override' = 'true'";
    assert_eq!(server.count(overrides).await, 2);
    editor.put(&path, &to("won")).await.json(422);
}

#[tokio::test]
async fn d_76_an_empty_change_changes_nothing() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let made = make(&writer, &an_output("As it is")).await;
    let same = writer.put(&path_of(&made), &json!({})).await.ok();
    assert_eq!(same, made);
    let nulls = json!({ "title": null, "funder_name": null });
    assert_eq!(writer.put(&path_of(&made), &nulls).await.ok(), made);
    let longer = json!({ "content": "One two three." });
    let changed = writer.put(&path_of(&made), &longer).await.ok();
    assert_eq!(changed["word_count"], 3);
    assert_ne!(changed["updated_at"], made["updated_at"]);
}

#[tokio::test]
async fn d_21_pages_of_the_list_have_the_true_total() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    for n in 0..12 {
        let kind = if n % 3 == 0 {
            "other"
        } else {
            "impact_summary"
        };
        make(
            &writer,
            &an_output(&format!("Text {n}")).with("output_type", kind),
        )
        .await;
    }
    let page = writer
        .get("/api/outputs?output_type=impact_summary&limit=5&skip=5")
        .await
        .ok();
    assert_eq!(page["outputs"].as_array().unwrap().len(), 3);
    assert_eq!(page["outputs"][0]["title"], "Text 4");
    assert_eq!(
        page["pagination"],
        json!({ "total": 8, "page": 2, "per_page": 5, "total_pages": 2, "has_next": false, "has_previous": true })
    );
    let both = writer
        .get("/api/outputs?output_type=other&output_type=impact_summary")
        .await
        .ok();
    assert_eq!(both["pagination"]["total"], 12);
    assert_eq!(both["outputs"].as_array().unwrap().len(), 10);
    assert_eq!(both["outputs"][0]["title"], "Text 11");
    writer.get("/api/outputs?status=won").await.json(422);
    writer.get("/api/outputs?limit=101").await.json(422);
}
