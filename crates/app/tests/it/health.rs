//! What every answer has in common, and the sign of life.

use reqwest::Method;

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
    let ask = |origin: &'static str| {
        let request = server.as_nobody().request(Method::GET, "/api/health");
        Reply::of(request.header("Origin", origin))
    };
    let allowed = ask("https://app.example.org").await;
    let header = "access-control-allow-origin";
    assert_eq!(allowed.header(header), Some("https://app.example.org"));
    assert_eq!(ask("https://elsewhere.example").await.header(header), None);
}
