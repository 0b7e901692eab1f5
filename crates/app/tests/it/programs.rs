//! Lines of the organization's work.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, a_document};

async fn make(client: &Client, name: &str) -> Value {
    client
        .post("/api/programs", &json!({ "name": name }))
        .await
        .created()
}

fn path_of(program: &Value) -> String {
    format!("/api/programs/{}", program["program_id"].as_str().unwrap())
}

async fn active(client: &Client) -> Vec<String> {
    let names = client.get("/api/programs/active").await.ok();
    serde_json::from_value(names).unwrap()
}

#[tokio::test]
async fn d_30_a_new_program_takes_its_place() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let writer = server.as_writer().await;
    let seeded = active(&writer).await;
    let expected = [
        "Early Childhood",
        "Education",
        "Family Support",
        "General",
        "Health",
        "Youth Development",
    ];
    assert_eq!(seeded, expected);
    writer
        .post("/api/programs", &json!({ "name": "Meals" }))
        .await
        .json(403);
    let body = json!({ "name": "  Parents' & Kids' Club  ", "description": "After school", "display_order": 1000 });
    let made = editor.post("/api/programs", &body).await.created();
    assert_eq!(made["name"], "Parents' & Kids' Club");
    assert_eq!(made["active"], true);
    let me = editor.get("/api/auth/me").await.ok();
    assert_eq!(made["created_by"], me["user_id"]);
    assert_eq!(writer.get(&path_of(&made)).await.ok(), made);
    let list = writer.get("/api/programs?limit=1").await.ok();
    assert_eq!(list["programs"], json!([made]));
    assert_eq!(
        (&list["total"], &list["active_count"]),
        (&json!(7), &json!(7))
    );

    editor
        .put(&path_of(&made), &json!({ "active": false }))
        .await
        .json(403);
    admin
        .put(&path_of(&made), &json!({ "active": false }))
        .await
        .ok();
    assert_eq!(active(&writer).await, seeded);
    let list = writer.get("/api/programs?active_only=true").await.ok();
    assert_eq!(list["programs"].as_array().unwrap().len(), 6);
    assert_eq!(list["inactive_count"], 1);
    let refused = a_document("a.txt")
        .saying(&["Some words."])
        .filed_under("Parents' & Kids' Club");
    editor.upload(refused).await.json(400);
}

#[tokio::test]
async fn names_are_checked_and_unique_in_any_letter_case() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    for name in ["", "   ", "Café", "a/b", "x".repeat(101).as_str()] {
        let refused = admin
            .post("/api/programs", &json!({ "name": name }))
            .await
            .json(422);
        assert_eq!(
            refused["detail"][0]["loc"],
            json!(["body", "name"]),
            "{name}"
        );
    }
    let order = json!({ "name": "Fine", "display_order": 1001 });
    admin.post("/api/programs", &order).await.json(422);
    let said = admin
        .post("/api/programs", &json!({ "name": "EDUCATION" }))
        .await
        .refusal(409);
    assert!(said.contains("exists already"), "{said}");
    let meals = make(&admin, "Meals").await;
    admin
        .put(&path_of(&meals), &json!({ "name": "health" }))
        .await
        .json(409);
    let own = admin
        .put(&path_of(&meals), &json!({ "name": "MEALS" }))
        .await
        .ok();
    assert_eq!(own["name"], "MEALS");
    admin.get("/api/programs/stats").await.json(400);
    admin
        .get(&format!("/api/programs/{}", uuid::Uuid::new_v4()))
        .await
        .json(404);
}

#[tokio::test]
async fn d_33_a_renamed_program_keeps_its_documents() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let program = make(&admin, "Meals").await;
    let document = a_document("a.txt")
        .saying(&["Forty families eat together."])
        .filed_under("meals");
    let made = admin.upload(document).await.created();
    admin
        .put(&path_of(&program), &json!({ "name": "Shared Meals" }))
        .await
        .ok();
    let path = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    assert_eq!(
        admin.get(&path).await.ok()["programs"],
        json!(["Shared Meals"])
    );
    // Search follows the new name too.
    crate::support::eventually("the new name is searched", || async {
        let found = admin
            .get("/api/search?q=families&program=Shared+Meals")
            .await
            .ok();
        (found["hits"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn d_32_a_program_in_use_goes_only_by_force() {
    let server = TestServer::start().await;
    let (editor, admin) = (server.as_editor().await, server.as_admin().await);
    let (used, unused) = (make(&admin, "Meals").await, make(&admin, "Rides").await);
    let document = a_document("a.txt")
        .saying(&["Forty families eat together."])
        .filed_under("Meals");
    let made = admin.upload(document).await.created();
    let document = format!("/api/documents/{}", made["doc_id"].as_str().unwrap());
    editor.delete(&path_of(&unused)).await.json(403);
    let gone = admin.delete(&path_of(&unused)).await.ok();
    assert_eq!(gone["documents_affected"], 0);
    let said = admin.delete(&path_of(&used)).await.refusal(409);
    assert!(said.contains("force=true"), "{said}");
    assert_eq!(
        admin.get(&document).await.ok()["programs"],
        json!(["Meals"])
    );
    let gone = admin
        .delete(&format!("{}?force=true", path_of(&used)))
        .await
        .ok();
    assert_eq!(gone["documents_affected"], 1);
    assert_eq!(gone["program_id"], used["program_id"]);
    assert_eq!(admin.get(&document).await.ok()["programs"], json!([]));
    admin.delete(&path_of(&used)).await.json(404);
    admin.delete("/api/programs/7").await.json(400);
}

#[tokio::test]
async fn of_two_who_take_a_name_at_once_one_is_refused() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    for round in 0..5 {
        let (small, large) = (format!("meals {round}"), format!("MEALS {round}"));
        let (small, large) = (json!({ "name": small }), json!({ "name": large }));
        let (one, other) = tokio::join!(
            admin.post("/api/programs", &small),
            admin.post("/api/programs", &large)
        );
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
}

#[tokio::test]
async fn of_two_who_delete_a_program_at_once_one_finds_it_gone() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let path = path_of(&make(&admin, "Meals").await);
    let (one, other) = tokio::join!(admin.delete(&path), admin.delete(&path));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
    let rows = "SELECT count(*) FROM audit_log WHERE event_type = 'program.delete'";
    assert_eq!(server.count(rows).await, 1);
}
