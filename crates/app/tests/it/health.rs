//! What every answer has in common, and the sign of life.

use reqwest::Method;
use serde_json::json;

use crate::support::{Reply, TestServer};

#[tokio::test]
async fn the_service_says_what_it_is_and_that_it_lives() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let health = nobody.get("/api/health").await.ok();
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["service"], "org-archivist-backend");
    assert_eq!(health["checks"]["api"], "ok");
    assert_eq!(health["checks"]["database"], "ok");
    let root = nobody.get("/").await.ok();
    assert_eq!(root["name"], "Org Archivist API");
    assert_eq!(root["docs_url"], "/docs");
    assert_eq!(root["health_url"], "/api/health");
    assert_eq!(root["metrics_url"], "/api/metrics");
    let openapi = nobody.get("/openapi.json").await.ok();
    assert_eq!(openapi["info"]["title"], "Org Archivist API");
    let docs = nobody.get("/docs/").await;
    assert_eq!(docs.status, 200);
    assert!(docs.text().contains("swagger"), "{}", docs.text());
}

#[tokio::test]
async fn every_answer_has_a_number_of_its_own_and_its_time() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let mut numbers = Vec::new();
    for path in ["/api/health", "/api/health", "/api/outputs", "/api/nowhere"] {
        let own = ("X-Request-ID", "mine");
        let request = nobody.request(Method::GET, path).header(own.0, own.1);
        let reply = Reply::of(request).await;
        let number = reply.header("x-request-id").unwrap().to_owned();
        assert!(uuid::Uuid::parse_str(&number).is_ok(), "{number}");
        let time = reply.header("x-process-time").unwrap();
        let millis: f64 = time.strip_suffix("ms").unwrap().parse().unwrap();
        assert!((0.0..10_000.0).contains(&millis), "{time}");
        if !reply.status.is_success() {
            let body = reply.json(reply.status.as_u16());
            assert_eq!(body["request_id"], number.as_str());
            assert_eq!(body["status_code"], reply.status.as_u16());
        }
        numbers.push(number);
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 4, "{numbers:?}");
}

#[tokio::test]
async fn lost_paths_and_wrong_methods_are_told() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let lost = nobody.get("/api/nowhere").await.json(404);
    assert_eq!(lost["error"], "Resource not found");
    assert_eq!(lost["path"], "/api/nowhere");
    let patch = nobody.request(Method::PATCH, "/api/health");
    let reply = Reply::of(patch).await;
    assert!(reply.header("allow").unwrap().contains("GET"));
    let wrong = reply.json(405);
    assert_eq!(wrong["error"], "Method not allowed");
    assert_eq!(wrong["method"], "PATCH");
    assert_eq!(wrong["path"], "/api/health");
}

#[tokio::test]
async fn a_trailing_slash_leads_to_the_path_without() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let reply = nobody.get("/api/documents/?year=2024").await;
    assert_eq!(reply.status, 307);
    let location = reply.header("location").unwrap();
    assert!(location.ends_with("/api/documents?year=2024"), "{location}");
    let outputs = Reply::of(nobody.request(Method::POST, "/api/outputs/")).await;
    assert_eq!(outputs.status, 307);
}

#[tokio::test]
async fn other_origins_may_call_only_where_the_site_allows_it() {
    let server = TestServer::start_with(&["--cors-origins", "https://app.example.org"]).await;
    let preflight = |origin: &'static str| {
        let request = server.as_nobody().request(Method::OPTIONS, "/api/outputs");
        let request = request.header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", "PATCH");
        Reply::of(request.header("Access-Control-Request-Headers", "x-own, authorization"))
    };
    let allowed = preflight("https://app.example.org").await;
    assert_eq!(allowed.status, 200);
    let of = |name| allowed.header(name).unwrap_or_default().to_owned();
    assert!(of("access-control-allow-methods").contains("PATCH"));
    assert_eq!(of("access-control-allow-headers"), "x-own, authorization");
    assert_eq!(of("access-control-max-age"), "600");
    assert_eq!(of("access-control-allow-credentials"), "true");
    let refused = preflight("https://elsewhere.example").await;
    assert_eq!(refused.header("access-control-allow-origin"), None);
    let ask = |origin: &'static str| {
        let request = server.as_nobody().request(Method::GET, "/api/health");
        Reply::of(request.header("Origin", origin))
    };
    let allowed = ask("https://app.example.org").await;
    let header = "access-control-allow-origin";
    assert_eq!(allowed.header(header), Some("https://app.example.org"));
    assert_eq!(ask("https://elsewhere.example").await.header(header), None);
}

#[tokio::test]
async fn a_lost_address_is_told_in_the_form_that_was_asked_for() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let lost = nobody.get("/nowhere").await.json(404);
    assert_eq!(lost["error"], "Resource not found");
    assert_eq!(lost["path"], "/nowhere");
    let page = nobody.request(Method::GET, "/nowhere");
    let page = Reply::of(page.header("Accept", "text/html,*/*;q=0.8")).await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("<html"), "{}", page.text());
    assert_eq!(
        nobody.get("/redoc").await.header("location"),
        Some("/docs/")
    );
}

#[tokio::test]
async fn d_37_every_request_of_the_process_is_counted() {
    let server = TestServer::start().await;
    let (nobody, writer) = (server.as_nobody(), server.as_writer().await);
    let admin = server.as_admin().await;
    for _ in 0..3 {
        nobody.get("/api/health").await.ok();
        nobody.get("/api/nowhere").await.json(404);
    }
    let metrics = admin.get("/api/metrics").await.ok();
    assert!(
        metrics["total_requests"].as_u64().unwrap() >= 6,
        "{metrics}"
    );
    assert!(metrics["total_errors"].as_u64().unwrap() >= 3, "{metrics}");
    let rate = metrics["error_rate"].as_str().unwrap();
    let percent: f64 = rate.strip_suffix('%').unwrap().parse().unwrap();
    assert!(percent > 0.0 && rate.len() >= 5, "{rate}");
    for figure in ["avg_response_time_ms", "total_duration_seconds"] {
        let text = metrics[figure].as_str().unwrap();
        assert_eq!(text.split_once('.').unwrap().1.len(), 2, "{figure} {text}");
    }
    let refused = writer.get("/api/metrics").await.json(403);
    let told = refused["detail"].as_str().unwrap();
    assert!(told.contains("Admin access required"), "{told}");
}

/// Python sends `True`, JavaScript forms send texts.
#[tokio::test]
async fn input_is_read_with_good_will() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let made = json!({ "title": "A", "content": "One two.", "output_type": "other",
                       "word_count": "2", "submission_date": "2026-03-02T00:00:00" });
    let made = admin.post("/api/outputs", &made).await.created();
    assert_eq!(made["word_count"], 2);
    assert_eq!(made["submission_date"], "2026-03-02");
    let listed = admin.get("/api/outputs?limit=5.0&skip=0").await.ok();
    assert_eq!(listed["pagination"]["per_page"], 5);
    for spelling in ["True", "1", "yes", "on"] {
        let path = format!("/api/programs?active_only={spelling}");
        admin.get(&path).await.ok();
    }
    admin
        .get("/api/programs?active_only=perhaps")
        .await
        .json(422);
    let wrong = json!({
        "query": "What do we do with it?", "audience": "Federal RFP", "section": "Impact",
        "filters": { "years": [2024, "soon"] },
    });
    let wrong = admin.post("/api/query", &wrong).await.json(422);
    let problem = &wrong["detail"][0];
    assert_eq!(problem["loc"], json!(["body", "filters", "years", 1]));
    assert_eq!(problem["input"], "soon");
}
