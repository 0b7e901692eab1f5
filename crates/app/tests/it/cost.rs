//! What a request costs: round trips to the database, rows read there, password hashes.
//! Counted, not timed: `make bench-api` times.

mod plans;
mod proxy;

use reqwest::Method;
use serde_json::{Value, json};

use self::proxy::Proxy;
use crate::support::server::{ADMIN, SECRET, serve, serve_command};
use crate::support::{Client, Site, TestServer, an_output};

/// So often each is asked: the first times, each connection prepares its statements.
const TIMES: usize = 24;

/// Round trips that a request waits for, once all is prepared. Background work may add to
/// one request, not to the least of many.
async fn round_trips(proxy: &Proxy, client: &Client, path: &str) -> usize {
    let (questions, signs) = (proxy.questions(), proxy.signs_of_life());
    let mut least = usize::MAX;
    for _ in 0..TIMES {
        let before = proxy.questions();
        client.get(path).await.ok();
        least = least.min(proxy.questions() - before);
    }
    let (questions, signs) = (proxy.questions() - questions, proxy.signs_of_life() - signs);
    // One as each connection comes back, none as it is taken.
    assert!(
        2 * signs < 3 * questions,
        "{signs} signs of life for {questions} questions"
    );
    least
}

/// What to put in the place of a path's parameters.
fn filled_in(path: &str, output: &str) -> String {
    path.replace("{output_id}", output)
        .replace("{style_id}", output)
        .replace("{funder_name}", "Harbour")
        .replace("{year}", "2025")
}

/// Every path below `/api/outputs` that can be looked at, as OpenAPI has them.
async fn paths_of_outputs(client: &Client) -> Vec<String> {
    let document = client.get("/openapi.json").await.ok();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .filter(|(path, item)| path.starts_with("/api/outputs") && item["get"].is_object())
        .map(|(path, _)| path.clone())
        .collect()
}

// The server is waited for while the proxy works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_and_figures_take_one_round_trip_beside_the_session() {
    let site = Site::new().await;
    let proxy = Proxy::start(site.url()).await;
    let mut command = serve_command(&site, &["--database-connections", "4"]);
    let (_process, address) = serve(command.env("DATABASE_URL", proxy.url()));
    let admin = Client::new(&address).sign_in(ADMIN, SECRET).await;
    let output = an_output("Pantry").asking("Harbour Fund", 500);
    let made = admin.post("/api/outputs", output.body()).await.created();
    let id = made["output_id"].as_str().unwrap();

    assert_eq!(round_trips(&proxy, &admin, "/api/auth/me").await, 1);
    for query in [
        "status=draft&output_type=grant_proposal",
        "search=pantry&funder_name=harbour&status=draft",
        "skip=500",
        "search=nowhere",
    ] {
        let path = format!("/api/outputs?{query}");
        assert_eq!(round_trips(&proxy, &admin, &path).await, 2, "{path}");
    }
    let paths = paths_of_outputs(&admin).await;
    assert!(paths.len() >= 3, "{paths:?}");
    for path in paths {
        // The output first: whether the person may see it.
        let expected = if path.ends_with("/sources") { 3 } else { 2 };
        let asked = filled_in(&path, id);
        assert_eq!(
            round_trips(&proxy, &admin, &asked).await,
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_total_follows_every_change_at_once() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let total = async |query: &str| {
        let list = admin.get(&format!("/api/outputs?{query}")).await.ok();
        list["pagination"]["total"].as_i64().unwrap()
    };
    let totals = async || {
        [
            total("").await,
            total("search=harbour").await,
            total("skip=50").await,
        ]
    };
    assert_eq!(totals().await, [0, 0, 0]);
    let made = admin
        .post("/api/outputs", an_output("Harbour").body())
        .await
        .created();
    assert_eq!(totals().await, [1, 1, 1]);
    let path = format!("/api/outputs/{}", made["output_id"].as_str().unwrap());
    admin.put(&path, &json!({ "title": "Meadow" })).await.ok();
    assert_eq!(totals().await, [1, 0, 1]);
    // Another process, or a person with psql.
    let copy = "INSERT INTO outputs (output_type, title, content) VALUES ('other', 'Harbour', 'x')";
    sqlx::query(copy).execute(&server.pool()).await.unwrap();
    assert_eq!(totals().await, [2, 1, 2]);
    sqlx::query("TRUNCATE outputs CASCADE")
        .execute(&server.pool())
        .await
        .unwrap();
    assert_eq!(totals().await, [0, 0, 0]);
    // A site that has lost the mark of its state counts.
    sqlx::query("DELETE FROM output_revision")
        .execute(&server.pool())
        .await
        .unwrap();
    sqlx::query(copy).execute(&server.pool()).await.unwrap();
    assert_eq!(totals().await, [1, 1, 1]);
}

/// What everything that a server remembers says: how many rows a search shows, and what is
/// counted by status, by funder, by year, and of the funders and in all.
async fn figures(admin: &Client) -> [i64; 6] {
    let reply = async |path: &str| {
        let first = admin.get(&format!("/api/outputs{path}")).await.ok();
        // Once more, by now from memory.
        let again = admin.get(&format!("/api/outputs{path}")).await.ok();
        assert_eq!(first, again, "{path}");
        again
    };
    let count = |value: &Value| value.as_i64().unwrap();
    let rows = reply("?search=harbour").await["outputs"]
        .as_array()
        .unwrap()
        .len();
    let ranks = reply("/analytics/funders").await;
    [
        i64::try_from(rows).unwrap(),
        count(&reply("/stats").await["total_outputs"]),
        count(&reply("/analytics/funder/harbour").await["total_outputs"]),
        count(&reply("/analytics/year/2025").await["total_outputs"]),
        ranks
            .as_array()
            .unwrap()
            .iter()
            .map(|rank| count(&rank["total_submissions"]))
            .sum(),
        count(&reply("/analytics/summary").await["overall"]["total_outputs"]),
    ]
}

#[tokio::test]
async fn what_is_remembered_follows_every_change_at_once() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    assert_eq!(figures(&admin).await, [0; 6]);
    let sent =
        "INSERT INTO outputs (output_type, title, content, status, funder_name, submission_date)
                VALUES ('other', 'Pantry', 'x', 'submitted', 'Harbour Fund', '2025-03-01')";
    for n in 1..3 {
        sqlx::query(sent).execute(&server.pool()).await.unwrap();
        assert_eq!(figures(&admin).await, [n; 6]);
    }
    let moved = "UPDATE outputs SET funder_name = 'Meadow Trust', submission_date = '2024-03-01'
                 WHERE output_id = (SELECT output_id FROM outputs LIMIT 1)";
    sqlx::query(moved).execute(&server.pool()).await.unwrap();
    assert_eq!(figures(&admin).await, [1, 2, 1, 1, 2, 2]);
    sqlx::query("DELETE FROM outputs")
        .execute(&server.pool())
        .await
        .unwrap();
    assert_eq!(figures(&admin).await, [0; 6]);
    sqlx::query("DELETE FROM output_revision")
        .execute(&server.pool())
        .await
        .unwrap();
    sqlx::query(sent).execute(&server.pool()).await.unwrap();
    assert_eq!(figures(&admin).await, [1; 6]);
}

/// What the API says of the library's documents: how many there are in the list, with a
/// program, with a tag, held, and to be confirmed; and how many the figures count.
async fn documents(client: &Client) -> [i64; 6] {
    let total = async |query: &str| {
        let page = client.get(&format!("/api/documents?limit=1{query}")).await;
        page.ok()["pagination"]["total"].as_i64().unwrap()
    };
    let figures = client.get("/api/documents/stats").await.ok();
    [
        total("").await,
        total("&program=Pantry").await,
        total("&tag=kept").await,
        total("&held=true").await,
        total("&to_confirm=true").await,
        figures["total_documents"].as_i64().unwrap(),
    ]
}

#[tokio::test]
async fn what_is_remembered_of_the_library_follows_every_change_at_once() {
    let server = TestServer::start().await;
    let admin = server.as_admin().await;
    let pool = server.pool();
    let change = async |statement: &'static str| {
        sqlx::query(statement).execute(&pool).await.unwrap();
        documents(&admin).await
    };
    assert_eq!(documents(&admin).await, [0; 6]);
    let put_in = "INSERT INTO documents (filename, doc_type, is_sensitive, sensitivity_level)
                  VALUES ('pantry.txt', 'Grant Proposal', false, 'low')";
    assert_eq!(change(put_in).await, [1, 0, 0, 0, 0, 1]);
    let steps = [
        (
            "INSERT INTO programs (name) VALUES ('Pantry')",
            [1, 0, 0, 0, 0, 1],
        ),
        (
            "INSERT INTO document_programs SELECT doc_id, 'Pantry' FROM documents",
            [1, 1, 0, 0, 0, 1],
        ),
        (
            "INSERT INTO document_tags SELECT doc_id, 'kept' FROM documents",
            [1, 1, 1, 0, 0, 1],
        ),
        (
            "INSERT INTO document_holds (doc_id) SELECT doc_id FROM documents",
            [1, 1, 1, 1, 0, 0],
        ),
        (
            "INSERT INTO document_reviews (doc_id, said_by, to_confirm) SELECT doc_id, '{}', true FROM documents",
            [1, 1, 1, 1, 1, 0],
        ),
        (
            "UPDATE programs SET name = 'Harvest' WHERE name = 'Pantry'",
            [1, 0, 1, 1, 1, 0],
        ),
        (
            "UPDATE document_holds SET released_at = now()",
            [1, 0, 1, 0, 1, 1],
        ),
        ("DELETE FROM library_revision", [1, 0, 1, 0, 1, 1]),
        ("TRUNCATE document_tags", [1, 0, 0, 0, 1, 1]),
        ("DELETE FROM documents", [0; 6]),
    ];
    for (statement, expected) in steps {
        assert_eq!(change(statement).await, expected, "{statement}");
    }
}

/// How many password hashes a server has computed so far, by its log.
fn hashes(process: &crate::support::process::Process) -> usize {
    process
        .stderr()
        .matches("a password hash is computed")
        .count()
}

#[tokio::test]
async fn signing_in_costs_one_hash_and_nothing_else_costs_any() {
    let site = Site::new().await;
    let mut command = serve_command(&site, &[]);
    let (process, address) = serve(command.env("RUST_LOG", "archivist_web::auth=debug"));
    // The first admin's password has been hashed.
    assert_eq!(hashes(&process), 1);
    let nobody = Client::new(&address);
    let session = nobody.log_in(ADMIN, SECRET).await.ok();
    assert_eq!(hashes(&process), 2);
    nobody.log_in(ADMIN, "Wrong-7-lamp").await.json(401);
    assert_eq!(hashes(&process), 3);
    nobody.log_in("eve@example.org", SECRET).await.json(401);
    assert_eq!(hashes(&process), 4);
    nobody.log_in(ADMIN, &"x".repeat(2000)).await;
    assert_eq!(hashes(&process), 4);

    let admin = nobody.with_token(session["access_token"].as_str().unwrap());
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let renewed = admin.post("/api/auth/refresh", &refresh).await.ok();
    let admin = nobody.with_token(renewed["access_token"].as_str().unwrap());
    admin
        .post("/api/outputs", an_output("Pantry").body())
        .await
        .created();
    for (method, path) in everything_without_password(&admin).await {
        let request = admin.request(method, &path).json(&json!({}));
        crate::support::Reply::of(request).await;
    }
    admin.get("/api/auth/me").await.ok();
    assert_eq!(hashes(&process), 4);
}

/// Every operation but those that are sent a password, and the end of the session.
async fn everything_without_password(client: &Client) -> Vec<(Method, String)> {
    let document = client.get("/openapi.json").await.ok();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        all.extend(methods.map(|method| (method.to_uppercase().parse().unwrap(), path.clone())));
    }
    let sent_a_password = |path: &str| {
        let ends = ["/login", "/logout", "/register", "/password"];
        ends.iter().any(|end| path.ends_with(end))
    };
    all.retain(|(_, path): &(Method, String)| !sent_a_password(path));
    assert!(all.len() > 20, "{}", Value::from(all.len()));
    all
}
