//! Every operation of the API, called by nobody, a writer, an editor and an admin.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::Value;

use crate::support::{Client, Reply, TestServer};

/// An id that leads nowhere, so that nothing is changed by those who may.
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// The only operations that need no token.
const PUBLIC: [&str; 5] = [
    "GET /",
    "GET /api/health",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/register",
];

/// Every operation that OpenAPI names, in its order there; signing out comes
/// last, since nobody goes on after it.
async fn operations(client: &Client) -> Vec<(Method, String)> {
    let document = client.get("/openapi.json").await.ok();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, operations): (&String, &Value)| {
        let methods = operations.as_object().unwrap().keys();
        let operation = |method: &String| (method.to_uppercase().parse().unwrap(), path.clone());
        methods.map(operation).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = paths.iter().flat_map(of_path).collect();
    all.sort_by_key(|(_, path)| path.ends_with("/logout"));
    all
}

fn somewhere(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { NOWHERE } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn status(client: &Client, method: &Method, path: &str) -> u16 {
    // An empty object is a body that no operation can use.
    let request = client.request(method.clone(), &somewhere(path));
    let reply = match *method {
        Method::GET | Method::DELETE => request,
        _ => request.json(&serde_json::json!({})),
    };
    Reply::of(reply).await.status.as_u16()
}

#[tokio::test]
async fn who_may_call_what_is_written_down() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let (writer, editor) = (server.as_writer().await, server.as_editor().await);
    let admin = server.as_admin().await;
    let mut table = format!("{:<52}nobody writer editor admin\n", "operation");
    for (method, path) in operations(&nobody).await {
        let name = format!("{method} {path}");
        let for_nobody = status(&nobody, &method, &path).await;
        let is_public = PUBLIC.contains(&name.as_str());
        assert_eq!(for_nobody != 401, is_public, "{name}: {for_nobody}");
        write!(table, "{name:<51} {for_nobody:<7}").unwrap();
        for client in [&writer, &editor, &admin] {
            write!(table, "{:<7}", status(client, &method, &path).await).unwrap();
        }
        table.truncate(table.trim_end().len());
        table.push('\n');
    }
    insta::assert_snapshot!(table);
}
