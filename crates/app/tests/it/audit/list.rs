//! Reading the log through the API.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// Rows that a test knows everything about, in a year of their own.
const ROWS: &str = "INSERT INTO audit_log (log_id, event_type, entity_type, entity_id, user_id, details, created_at)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
           CASE WHEN n % 2 = 0 THEN 'output.update' ELSE 'conversation.create' END,
           CASE WHEN n % 2 = 0 THEN 'output' END,
           CASE WHEN n % 2 = 0 THEN '11111111-1111-4111-8111-111111111111'::uuid END,
           CASE WHEN n = 4 THEN 'someone' END,
           CASE WHEN n <> 1 THEN '{\"method\": \"PUT\"}'::jsonb END,
           timestamp '2001-03-05 12:00:00' + n * interval '1 hour'
    FROM generate_series(1, 5) AS n";

async fn a_server_with_rows() -> (TestServer, Client) {
    let server = TestServer::start().await;
    sqlx::query(ROWS).execute(&server.pool()).await.unwrap();
    let admin = server.as_admin().await;
    (server, admin)
}

/// The numbers of the rows that a query finds among those of the test.
async fn found(admin: &Client, query: &str) -> Vec<u64> {
    let path = format!("/api/audit/logs?{query}");
    let page = admin.get(&path).await.ok();
    let number = |row: &Value| row["log_id"].as_str().unwrap()[24..].parse().unwrap();
    page["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(number)
        .collect()
}

#[tokio::test]
async fn filters_hold_together_and_dates_may_have_a_zone() {
    let (_server, admin) = a_server_with_rows().await;
    let until = "end_date=2001-12-31";
    assert_eq!(found(&admin, until).await, [5, 4, 3, 2, 1]);
    for (query, rows) in [
        ("event_type=output.update", &[4, 2][..]),
        ("entity_type=output&user_id=someone", &[4]),
        ("user_id=some", &[]),
        ("start_date=2001-03-05T15:00:00", &[5, 4, 3]),
        ("start_date=2001-03-05T15:00:00Z", &[5, 4, 3]),
        ("start_date=2001-03-05T17:00:00%2B02:00", &[5, 4, 3]),
        ("start_date=2001-03-05T17:00:00+02:00", &[5, 4, 3]),
        ("start_date=2001-03-05T15:00:00.000001", &[5, 4]),
        ("start_date=2001-03-06", &[]),
    ] {
        assert_eq!(
            found(&admin, &format!("{query}&{until}")).await,
            rows,
            "{query}"
        );
    }
    assert_eq!(found(&admin, "end_date=2001-03-05T14:00:00Z").await, [2, 1]);
}

#[tokio::test]
async fn a_page_says_where_it_stands() {
    let (_server, admin) = a_server_with_rows().await;
    let path = "/api/audit/logs?end_date=2001-12-31&per_page=2&page=";
    let last = admin.get(&format!("{path}3")).await.ok();
    assert_eq!(last["logs"].as_array().unwrap().len(), 1);
    assert_eq!(
        last["logs"][0],
        json!({
            "log_id": "00000000-0000-4000-8000-000000000001",
            "event_type": "conversation.create", "entity_type": "", "entity_id": null,
            "user_id": null, "details": {}, "created_at": "2001-03-05T13:00:00",
        })
    );
    let place =
        |page: &Value| ["total_count", "page", "per_page", "total_pages"].map(|k| page[k].clone());
    assert_eq!(place(&last), [5, 3, 2, 3].map(Value::from));
    let beyond = admin.get(&format!("{path}9")).await.ok();
    assert_eq!(beyond["logs"], json!([]));
    assert_eq!(place(&beyond), [5, 9, 2, 3].map(Value::from));
    let none = admin.get("/api/audit/logs?event_type=none").await.ok();
    assert_eq!(place(&none), [0, 1, 50, 0].map(Value::from));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_name() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    for (query, name) in [
        ("page=0", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("page=x", "page"),
        ("start_date=yesterday", "start_date"),
        ("end_date=2001-02-30", "end_date"),
    ] {
        let detail = admin
            .get(&format!("/api/audit/logs?{query}"))
            .await
            .json(422);
        assert_eq!(
            detail["detail"][0]["loc"],
            json!(["query", name]),
            "{detail}"
        );
    }
    let reply = admin.get("/api/audit/logs?user_id=%00").await;
    assert_eq!(reply.status.as_u16(), 422, "{}", reply.text());
    let endless = format!("/api/audit/logs?page={}", i64::MAX);
    assert_eq!(admin.get(&endless).await.ok()["logs"], json!([]));
}

#[tokio::test]
async fn the_rows_of_one_thing_are_a_bare_list() {
    let (_server, admin) = a_server_with_rows().await;
    let of = |id: &str| format!("/api/audit/logs/entity/output/{id}");
    let id = "11111111-1111-4111-8111-111111111111";
    let rows = admin.get(&of(id)).await.ok();
    let times: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["created_at"])
        .collect();
    assert_eq!(times, ["2001-03-05T16:00:00", "2001-03-05T14:00:00"]);
    for nothing in ["22222222-2222-4222-8222-222222222222", "seven"] {
        assert_eq!(admin.get(&of(nothing)).await.ok(), json!([]));
    }
    let other = format!("/api/audit/logs/entity/document/{id}");
    assert_eq!(admin.get(&other).await.ok(), json!([]));
}

#[tokio::test]
async fn only_admins_read_it() {
    let server = TestServer::start().await;
    for client in [server.as_writer().await, server.as_editor().await] {
        let said = client.get("/api/audit/logs").await.refusal(403);
        assert!(said.contains("Admin access required"), "{said}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused_like_any_wrong_field() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let path = "/api/audit/logs/entity/%FF/0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10";
    let refused = admin.get(path).await.json(422);
    assert_eq!(refused["detail"][0]["loc"][0], "path", "{refused}");
}
