//! Whose outputs one sees, changes and deletes.

use serde_json::json;

use super::{make, path_of};
use crate::support::{Client, TestServer, an_output};

struct People {
    server: TestServer,
    writer: Client,
    other: Client,
    editor: Client,
    admin: Client,
}

async fn people() -> People {
    let server = TestServer::start().await;
    People {
        writer: server.as_writer().await,
        other: server.as_member("wanda@example.org", "writer").await,
        editor: server.as_editor().await,
        admin: server.as_admin().await,
        server,
    }
}

#[tokio::test]
async fn writers_have_their_own_editors_see_all_admins_delete_all() {
    let People {
        server,
        writer,
        other,
        editor,
        admin,
    } = people().await;
    let made = make(&writer, &an_output("Walter's")).await;
    let path = path_of(&made);
    let change = json!({ "success_notes": "seen" });
    let own_only = "This output belongs to somebody else: writers see and change their own only.";
    assert_eq!(other.get(&path).await.refusal(403), own_only);
    assert_eq!(other.put(&path, &change).await.refusal(403), own_only);
    other.get(&format!("{path}/sources")).await.json(403);
    other.delete(&path).await.json(403);
    editor.get(&path).await.ok();
    let changed = editor.put(&path, &change).await.ok();
    assert_eq!(changed["created_by"], "walter@example.org");
    assert_eq!(
        editor.delete(&path).await.refusal(403),
        "This output belongs to somebody else: only they or an admin may delete it."
    );
    let gone = admin.delete(&path).await.ok();
    assert!(
        gone["message"]
            .as_str()
            .unwrap()
            .contains("deleted successfully")
    );
    writer.get(&path).await.json(404);
    let own = make(&writer, &an_output("Walter's second")).await;
    writer.delete(&path_of(&own)).await.ok();
    let events: Vec<String> = sqlx::query_scalar(
        "SELECT event_type FROM audit_log WHERE entity_type = 'output' AND user_id IS NOT NULL ORDER BY created_at",
    )
    .fetch_all(&server.pool())
    .await
    .unwrap();
    let expected = [
        "output.create",
        "output.update",
        "output.delete",
        "output.create",
        "output.delete",
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn d_22_search_and_figures_keep_to_ones_own() {
    let People {
        writer,
        other,
        editor,
        server: _server,
        ..
    } = people().await;
    let asking = |title: &str| an_output(title).asking("Rivers Foundation", 1000);
    make(&writer, &asking("Walter's ferry grant")).await;
    make(&writer, &an_output("Walter's ferry report")).await;
    make(&other, &asking("Wanda's FERRY grant")).await;
    let total = async |client: &Client, query: &str| {
        let list = client.get(&format!("/api/outputs?{query}")).await.ok();
        list["pagination"]["total"].as_u64().unwrap()
    };
    assert_eq!(total(&writer, "search=ferry").await, 2);
    assert_eq!(total(&other, "search=ferry").await, 1);
    assert_eq!(total(&editor, "search=ferry").await, 3);
    assert_eq!(total(&editor, "search=ferry&funder_name=rivers").await, 2);
    assert_eq!(
        total(&writer, "search=ferry&funder_name=rivers&status=draft").await,
        1
    );
    assert_eq!(total(&editor, "search=100%25").await, 0);
    let stats = async |client: &Client| client.get("/api/outputs/stats").await.ok();
    assert_eq!(stats(&writer).await["total_requested"], "1000.00");
    assert_eq!(stats(&editor).await["total_requested"], "2000.00");
}
