//! Limits on how often something may be asked.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::server::{ADMIN, EDITOR, SECRET, WRITER};
use crate::support::{Browser, Client, Reply, TestServer};

/// A server that limits, with accounts that were made before: registering is limited,
/// too.
async fn a_strict_server(flags: &[&str]) -> TestServer {
    let mut server = TestServer::start().await;
    server.as_writer().await;
    server.as_editor().await;
    server.restart_with(&[&["--rate-limiting", "true"], flags].concat());
    server
}

/// Asks so often, each time as the test says; returns the statuses.
async fn statuses(times: usize, ask: impl AsyncFn() -> Reply) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(ask().await.status.as_u16());
    }
    statuses
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply
        .header(name)
        .unwrap_or_else(|| panic!("{name}: {reply:?}"))
}

async fn from_address(client: &Client, address: &str) -> Reply {
    let request = client.request(Method::POST, "/api/auth/login");
    // Another account each time: that is counted, too.
    let email = format!(
        "nobody-{}@example.org",
        address.replace([',', ' ', '.'], "-")
    );
    let body = json!({ "email": email, "password": "x" });
    Reply::of(request.header("x-forwarded-for", address).json(&body)).await
}

#[tokio::test]
async fn every_reply_tells_how_the_count_stands() {
    let server = a_strict_server(&[]).await;
    let nobody = server.as_nobody();
    let reply = nobody.get("/api/health").await;
    assert_eq!(header(&reply, "x-ratelimit-limit"), "60");
    assert_eq!(header(&reply, "x-ratelimit-window"), "60s");
    assert_eq!(header(&reply, "x-ratelimit-type"), "ip");
    assert_eq!(header(&reply, "x-ratelimit-remaining"), "59");
    assert_eq!(header(&reply, "x-ratelimit-reset"), "60");
    let writer = nobody.sign_in(WRITER, SECRET).await;
    for (path, status, limit) in [
        ("/api/auth/me", 200, "30"),
        ("/api/nothing", 404, "30"),
        ("/api/outputs?limit=0", 422, "100"),
        ("/api/audit/logs", 403, "30"),
    ] {
        let reply = writer.get(path).await;
        assert_eq!(reply.status.as_u16(), status, "{path}");
        assert_eq!(header(&reply, "x-ratelimit-limit"), limit, "{path}");
        assert_eq!(header(&reply, "x-ratelimit-type"), "user", "{path}");
    }
    let page = nobody.get("/sign-in").await;
    assert_eq!(header(&page, "x-ratelimit-limit"), "300");
    for exempt in ["/", "/openapi.json"] {
        let reply = nobody.get(exempt).await;
        assert_eq!(reply.header("x-ratelimit-limit"), None, "{exempt}");
    }
}

#[tokio::test]
async fn d_05_the_sixth_sign_in_of_a_minute_is_refused_at_once() {
    let server = a_strict_server(&[]).await;
    let nobody = server.as_nobody();
    let accounts = [ADMIN, EDITOR, WRITER, ADMIN, "eve@example.org"];
    for account in accounts {
        let status = nobody.log_in(account, SECRET).await.status.as_u16();
        assert!([200, 401].contains(&status), "{status}");
    }
    let refused = nobody.log_in(ADMIN, SECRET).await;
    let body = refused.json(429);
    assert_eq!(body["error"], "Rate limit exceeded");
    assert_eq!(
        (&body["limit"], &body["window"]),
        (&json!(5), &json!("60s"))
    );
    let wait = body["retry_after"].as_u64().unwrap();
    assert!((50..=60).contains(&wait), "{body}");
    assert_eq!(header(&refused, "retry-after"), wait.to_string());
    assert_eq!(header(&refused, "x-ratelimit-limit"), "5");
    assert_eq!(header(&refused, "x-ratelimit-remaining"), "0");
    assert_eq!(body["request_id"], json!(header(&refused, "x-request-id")));
    assert_eq!(body["status_code"], 429);
    let said = body["detail"].as_str().unwrap();
    assert!(
        said.starts_with("5 requests allowed in 60 seconds: try again in "),
        "{said}"
    );
    // Another area is counted for itself.
    nobody.get("/api/health").await.ok();
}

#[tokio::test]
async fn d_03_people_are_counted_apart_wherever_they_come_from() {
    let server = a_strict_server(&[]).await;
    let nobody = server.as_nobody();
    let (writer, editor) = (
        nobody.sign_in(WRITER, SECRET).await,
        nobody.sign_in(EDITOR, SECRET).await,
    );
    let of_writer = statuses(31, async || writer.get("/api/programs/active").await).await;
    assert_eq!(of_writer[..30], [200; 30]);
    assert_eq!(of_writer[30], 429);
    // Rules of one rate share their count; those of another do not.
    writer.get("/api/auth/me").await.json(429);
    writer.get("/api/outputs").await.ok();
    editor.get("/api/programs/active").await.ok();
    nobody.get("/api/programs/active").await.json(401);
    // A second session of the same person is the same person.
    let again = nobody.sign_in(WRITER, SECRET).await;
    again.get("/api/programs/active").await.json(429);
    // A token that is none makes nobody a person.
    let forged = nobody.with_token("eyJ.forged.token");
    let reply = forged.get("/api/programs/active").await;
    assert_eq!(reply.status.as_u16(), 401);
    assert_eq!(header(&reply, "x-ratelimit-type"), "ip");
}

#[tokio::test]
async fn an_account_is_guarded_whatever_the_address_and_whether_it_exists() {
    let server = a_strict_server(&["--trusted-proxies", "127.0.0.1"]).await;
    let nobody = server.as_nobody();
    let guess = async |email: &str, password: &str, n: usize| {
        let request = nobody.request(Method::POST, "/api/auth/login");
        let request = request.header("x-forwarded-for", format!("203.0.113.{n}"));
        Reply::of(request.json(&json!({ "email": email, "password": password }))).await
    };
    let mut refusals = Vec::new();
    for email in [WRITER, "eve@example.org"] {
        for n in 0..10 {
            guess(email, "Wrong-7-lamp", n).await.json(401);
        }
        let mut refused = guess(&email.to_uppercase(), SECRET, 99).await.json(429);
        assert_eq!(
            (&refused["limit"], &refused["window"]),
            (&json!(10), &json!("900s"))
        );
        refused["request_id"].take();
        refused["retry_after"].take();
        refusals.push(refused);
    }
    assert_eq!(refusals[0], refusals[1]);
    // Right passwords do not count.
    let right = statuses(12, async || guess(EDITOR, SECRET, 50).await).await;
    assert_eq!(right.iter().filter(|status| **status == 200).count(), 5);
    for n in 20..30 {
        guess(EDITOR, SECRET, n).await.ok();
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_says_for_whom_it_asks() {
    let server = a_strict_server(&[]).await;
    let nobody = server.as_nobody();
    for n in 0..5 {
        from_address(&nobody, &format!("203.0.113.{n}"))
            .await
            .json(401);
    }
    from_address(&nobody, "203.0.113.77").await.json(429);

    let server = a_strict_server(&["--trusted-proxies", "10.0.0.0/8,127.0.0.1"]).await;
    let nobody = server.as_nobody();
    for n in 0..8 {
        from_address(&nobody, &format!("203.0.113.{n}"))
            .await
            .json(401);
    }
    for n in 0..4 {
        from_address(&nobody, &format!("198.51.100.{n}, 203.0.113.1, 10.1.1.1"))
            .await
            .json(401);
    }
    from_address(&nobody, "198.51.100.9, 203.0.113.1")
        .await
        .json(429);
    let request = nobody.request(Method::POST, "/api/auth/login");
    let body = json!({ "email": ADMIN, "password": SECRET });
    Reply::of(
        request
            .header("x-forwarded-for", "203.0.113.50")
            .json(&body),
    )
    .await
    .ok();
    let address: String = sqlx::query_scalar(
        "SELECT a.details ->> 'ip_address' FROM audit_log a WHERE event_type = 'user.login'
         ORDER BY created_at DESC LIMIT 1",
    )
    .fetch_one(&server.pool())
    .await
    .unwrap();
    assert_eq!(address, "203.0.113.50");
}

#[tokio::test]
async fn d_72_preflights_are_not_counted_and_refusals_reach_the_page_that_asked() {
    let server = a_strict_server(&[]).await;
    let nobody = server.as_nobody();
    let origin = "http://localhost:3000";
    let preflight = async || {
        let request = nobody.request(Method::OPTIONS, "/api/auth/login");
        let request = request.header("origin", origin);
        Reply::of(request.header("access-control-request-method", "POST")).await
    };
    assert_eq!(statuses(10, preflight).await, [200; 10]);
    let log_in = async || {
        let request = nobody.request(Method::POST, "/api/auth/login");
        let body = json!({ "email": "eve@example.org", "password": "x" });
        Reply::of(request.header("origin", origin).json(&body)).await
    };
    assert_eq!(statuses(5, log_in).await, [401; 5]);
    let refused = log_in().await;
    assert_eq!(refused.status.as_u16(), 429);
    assert_eq!(header(&refused, "access-control-allow-origin"), origin);
}

#[tokio::test]
async fn the_sign_in_page_is_limited_too_and_says_so() {
    let server = a_strict_server(&[]).await;
    let browser = Browser::new(&server);
    let fields = [("email", WRITER), ("password", "Wrong-7-lamp")];
    // The API's count is the same one.
    server.as_nobody().log_in(WRITER, SECRET).await.ok();
    let tries = statuses(4, async || browser.send("/sign-in", &fields).await).await;
    assert_eq!(tries, [401; 4]);
    let refused = browser.send("/sign-in", &fields).await;
    assert_eq!(refused.status.as_u16(), 429);
    assert!(header(&refused, "content-type").starts_with("text/html"));
    assert!(header(&refused, "retry-after").parse::<u32>().unwrap() > 0);
    let html = refused.text();
    assert!(html.contains("Too many at once"), "{html}");
    assert!(html.contains("try again in"), "{html}");
    assert_eq!(browser.look_at("/sign-in").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_page_counts_its_person() {
    let server = a_strict_server(&[]).await;
    let browser = Browser::sign_in(&server, WRITER).await;
    let page = browser.look_at("/outputs").await;
    assert_eq!(page.status.as_u16(), 200);
    assert_eq!(header(&page, "x-ratelimit-type"), "user");
    assert_eq!(header(&page, "x-ratelimit-remaining"), "299");
}

#[tokio::test]
async fn guessing_ones_own_password_is_guarded_like_signing_in() {
    let server = a_strict_server(&[]).await;
    let writer = server.as_nobody().sign_in(WRITER, SECRET).await;
    let change = json!({ "current_password": "Wrong-7-lamp", "new_password": "Harbour-7-lamp" });
    let tries = statuses(11, async || {
        writer.post("/api/auth/password", &change).await
    })
    .await;
    assert_eq!(tries[..10], [422; 10]);
    assert_eq!(tries[10], 429);
}

#[tokio::test]
async fn nothing_is_limited_where_limits_are_off() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let tries = statuses(12, async || nobody.log_in("eve@example.org", "x").await).await;
    assert_eq!(tries, [401; 12]);
    let reply = nobody.get("/api/health").await;
    assert_eq!(reply.header("x-ratelimit-limit"), None);
}

#[tokio::test]
async fn openapi_says_it_of_every_route_that_is_counted() {
    let server = TestServer::start().await;
    let document = server.as_nobody().get("/openapi.json").await.ok();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths.iter().filter(|(path, _)| *path != "/") {
        for (method, operation) in item.as_object().unwrap() {
            let refusal: &Value = &operation["responses"]["429"];
            let headers = &refusal["headers"];
            assert!(
                headers["Retry-After"].is_object(),
                "{method} {path}: {refusal}"
            );
        }
    }
}
