//! Conversations with the library.

use serde_json::{Value, json};

use crate::support::server::{ADMIN, WRITER};
use crate::support::{Client, TestServer, a_document, an_output, eventually};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// Three years of the same report, and a document that speaks of something else.
async fn with_library() -> TestServer {
    let server = TestServer::start().await;
    let editor = server.as_editor().await;
    for (year, families, volunteers) in [(2022, 96, 31), (2023, 120, 40), (2024, 134, 44)] {
        let kitchen = format!(
            "In {year} the community kitchen served {families} families from all parts of the valley. \
             The kitchen was open on 48 evenings, and {volunteers} volunteers cooked and washed up."
        );
        let report = a_document(&format!("report-{year}.txt"))
            .saying(&[&kitchen])
            .of_type("Annual Report")
            .of_year(year);
        editor.upload(report).await.created();
    }
    let board = a_document("board.pdf").saying(&[
        "A board of eleven members governs the organization and meets every month. \
         The finance committee reviews the accounts each quarter, and an independent auditor found no issues in 2023. \
         Our annual budget is $1.2 million.",
    ]);
    editor.upload(board).await.created();
    eventually("the library is searched", || async {
        let found = editor.get("/api/search?q=kitchen+board").await.ok();
        (found["hits"].as_array().unwrap().len() == 4).then_some(())
    })
    .await;
    server
}

async fn ask(client: &Client, message: &str) -> Value {
    say(client, json!({ "message": message })).await
}

async fn say(client: &Client, body: Value) -> Value {
    client.post("/api/chat", &body).await.ok()
}

/// The same conversation goes on.
async fn go_on(client: &Client, before: &Value, message: &str) -> Value {
    let body = json!({ "message": message, "conversation_id": before["conversation_id"] });
    say(client, body).await
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn path_of(said: &Value) -> String {
    format!("/api/chat/{}", text(said, "conversation_id"))
}

fn context_of(said: &Value) -> String {
    let id = text(said, "conversation_id");
    format!("/api/chat/conversations/{id}/context")
}

#[tokio::test]
async fn d_36_a_question_is_answered_from_the_library_with_its_source() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let said = ask(&writer, "How many families did we serve in 2023?").await;
    assert_eq!(
        said["message"],
        "In 2023 the community kitchen served 120 families from all parts of the valley [1]."
    );
    let sources = said["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 1, "{said}");
    let source = &sources[0];
    assert_eq!((&source["id"], &source["year"]), (&json!(1), &json!(2023)));
    assert_eq!(source["filename"], "report-2023.txt");
    assert_eq!(source["doc_type"], "Annual Report");
    assert_eq!(source["chunk_index"], 0);
    assert!(text(source, "excerpt").contains("120 families"));
    assert!(source["relevance"].as_f64().unwrap() > 0.0);
    let document = format!("/api/documents/{}/passages", text(source, "doc_id"));
    let passages = writer.get(&document).await.ok();
    assert_eq!(passages["passages"][0]["passage_id"], source["passage_id"]);
    assert_eq!(said["requires_rag"], true);
    assert_eq!(said["message_count"], 2);
    assert_eq!(said["metadata"]["model"], "built-in answerer");
    assert_eq!(said["metadata"]["tokens_used"], 0);
    assert_eq!(said["metadata"]["context_messages"], 0);
    assert_eq!(text(&said["metadata"], "timestamp").len(), 26);
}

#[tokio::test]
async fn each_question_gets_what_it_asks_for() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    for (asked, answer) in [
        ("How many members does the board have?", "eleven members"),
        ("How much is our annual budget?", "$1.2 million"),
        ("How many volunteers cooked in 2022?", "31 volunteers"),
        ("Who reviews the accounts?", "finance committee"),
        (
            "How many evenings was the kitchen open in 2024?",
            "48 evenings",
        ),
    ] {
        let said = ask(&writer, asked).await;
        assert!(text(&said, "message").contains(answer), "{asked}: {said}");
        assert_eq!(said["sources"].as_array().unwrap().len(), 1, "{said}");
    }
}

/// The archive of the fictional organization, asked as people ask. An empty text stands
/// for what it does not say.
const OF_THE_DEMO: &[(&str, &str)] = &[
    ("How many families did we serve in 2023?", "711 families"),
    ("How many children did we serve in FY2021?", "815 children"),
    ("How many board members do we have?", "13 members"),
    ("How large is our annual budget?", "$2,480,000"),
    ("What was the budget in 2019?", "$1,120,000"),
    ("How much is our operating reserve?", "$790,000"),
    ("When was Lantern Ferry founded?", "founded in 2009"),
    (
        "What is our mission?",
        "Our mission is to help every family",
    ),
    ("Who is the executive director?", "Marisol Tavener"),
    (
        "How many literacy coaches do we have?",
        "nine literacy coaches",
    ),
    (
        "What training do new coaches complete?",
        "52 hours of training",
    ),
    (
        "How many children took part in First Pages in 2021?",
        "176 children",
    ),
    (
        "How many books did families take home in 2023?",
        "10,200 new books",
    ),
    ("Who audits our financial statements?", "Feldspar & Wynne"),
    (
        "What is Kitchen Table?",
        "Kitchen Table is for parents and grandparents",
    ),
    ("How many staff do we have?", "28 full-time"),
    ("How many elephants do we keep?", ""),
    ("How many families did we serve in 1987?", ""),
    ("When does the museum open?", ""),
    ("Who won the football match?", ""),
];

#[tokio::test]
async fn the_demo_archive_answers_what_people_ask() {
    let server = TestServer::start_with(&["--demo"]).await;
    let admin = server.as_admin().await;
    eventually("the archive is searched", || async {
        let found = ask(&admin, OF_THE_DEMO[0].0).await;
        (found["sources"] != json!([])).then_some(())
    })
    .await;
    for (asked, said) in OF_THE_DEMO {
        let reply = ask(&admin, asked).await;
        assert!(text(&reply, "message").contains(said), "{asked}: {reply}");
        let has_sources = reply["sources"] != json!([]);
        assert_eq!(has_sources, !said.is_empty(), "{asked}: {reply}");
    }
}

#[tokio::test]
async fn d_36_what_the_library_does_not_say_is_told_in_words() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    for (asked, said) in [
        ("How many families did we serve in 2019?", "answer"),
        (
            "How many horses does the stable own?",
            "nothing in the library",
        ),
        ("Hello!", "Ask about something"),
        ("What is that?", "Ask about something"),
    ] {
        let reply = ask(&writer, asked).await;
        assert_eq!(reply["sources"], json!([]), "{asked}: {reply}");
        assert_eq!(reply["requires_rag"], false);
        assert!(text(&reply, "message").contains(said), "{asked}: {reply}");
        assert_eq!(reply["message_count"], 2);
    }
    let empty = TestServer::start().await;
    let reply = ask(&empty.as_writer().await, "How many families came?").await;
    assert!(text(&reply, "message").contains("add documents"), "{reply}");
    assert_eq!(reply["sources"], json!([]));
}

#[tokio::test]
async fn a_follow_up_goes_on_from_the_question_before() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let first = ask(&writer, "How many families did we serve in 2023?").await;
    let second = go_on(&writer, &first, "And in 2022?").await;
    assert!(text(&second, "message").contains("96 families"), "{second}");
    assert_eq!(second["conversation_id"], first["conversation_id"]);
    assert_eq!(second["message_count"], 4);
    assert_eq!(second["metadata"]["context_messages"], 2);
    let third = go_on(&writer, &first, "What about volunteers?").await;
    assert!(text(&third, "message").contains("31 volunteers"), "{third}");
    // Who remembers nothing is told nothing.
    let body = json!({ "message": "And in 2024?", "context_window": 1,
        "conversation_id": first["conversation_id"] });
    assert_eq!(say(&writer, body).await["metadata"]["context_messages"], 1);
    // A client that keeps the history itself sends it along.
    let history = json!([
        { "role": "user", "content": "How many families did we serve in 2023?" },
        { "role": "assistant", "content": "120", "sources": [], "timestamp": "2026-01-01" },
    ]);
    let body = json!({ "message": "And in 2024?", "conversation_history": history });
    let said = say(&writer, body).await;
    assert!(text(&said, "message").contains("134 families"), "{said}");
}

#[tokio::test]
async fn filters_of_the_conversation_hold_for_its_answers() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let asked = "How many families did the kitchen serve?";
    let with = |filters: Value| json!({ "message": asked, "context": { "filters": filters } });
    let said = say(&writer, with(json!({ "years": [2022] }))).await;
    assert!(text(&said, "message").contains("96 families"), "{said}");
    let again = go_on(&writer, &said, asked).await;
    assert_eq!(again["sources"], said["sources"]);
    for filters in [
        json!({ "doc_types": ["Strategic Plan"] }),
        json!({ "doc_types": ["Poem"] }),
        json!({ "outcome": "Funded" }),
        json!({ "outcome": "Won" }),
    ] {
        let said = say(&writer, with(filters.clone())).await;
        assert_eq!(said["sources"], json!([]), "{filters}");
    }
    let parameters = json!({ "query": asked, "audience": "Federal RFP",
        "section": "Evaluation Plan", "filters": { "years": [2024] } });
    let body = json!({ "message": asked, "parameters": parameters,
        "context": { "filters": { "years": [2022] } } });
    let said = say(&writer, body).await;
    assert!(text(&said, "message").contains("134 families"), "{said}");
}

#[tokio::test]
async fn a_section_is_written_where_somebody_asks_for_it() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let asked = "Write the organizational capacity section about our board";
    let said = ask(&writer, asked).await;
    assert_eq!(said["metadata"]["model"], "built-in composer");
    assert!(
        text(&said, "message").contains("board of eleven members"),
        "{said}"
    );
    assert_eq!(said["requires_rag"], true);
    assert!(said["metadata"]["quality_issues"].is_array());
    let body = json!({ "message": "Please draft something about our board",
        "context": { "section": "Organizational Capacity", "audience": "Federal RFP" } });
    let said = say(&writer, body).await;
    assert_eq!(said["metadata"]["model"], "built-in composer");
    let empty = TestServer::start().await;
    let said = ask(&empty.as_writer().await, asked).await;
    assert_eq!(said["sources"], json!([]));
    assert!(text(&said, "message").contains("add documents"), "{said}");
}

#[tokio::test]
async fn d_34_what_was_said_comes_back_as_objects_and_lists() {
    let server = with_library().await;
    let writer = server.as_writer().await;
    let first = ask(&writer, "How many families did we serve in 2023?").await;
    let second = go_on(&writer, &first, "And in 2022?").await;
    let whole = writer.get(&path_of(&first)).await.ok();
    assert_eq!(whole["user_id"], WRITER);
    assert_eq!(
        (&whole["name"], &whole["metadata"]),
        (&Value::Null, &json!({}))
    );
    assert_eq!(whole["context"], second["context"]);
    assert!(whole["context"].is_object());
    let messages = whole["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|m| text(m, "role")).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant"]);
    assert_eq!(
        messages[0]["content"],
        "How many families did we serve in 2023?"
    );
    assert_eq!(
        (&messages[0]["sources"], &messages[0]["metadata"]),
        (&json!([]), &json!({}))
    );
    assert_eq!(messages[1]["content"], first["message"]);
    assert_eq!(messages[1]["sources"], first["sources"]);
    assert_eq!(messages[1]["metadata"], first["metadata"]);
    let times: Vec<_> = messages.iter().map(|m| text(m, "created_at")).collect();
    assert!(times.is_sorted() && times[0] != times[1], "{times:?}");
}

#[tokio::test]
async fn d_34_rows_of_the_original_hold_json_within_json() {
    let server = TestServer::start().await;
    let pool = server.pool();
    for sql in [
        r#"INSERT INTO conversations (conversation_id, metadata, context)
           VALUES ('00000000-0000-4000-8000-000000000001', '"{\"kind\": \"old\"}"',
                   '"{\"tone\": \"Warm\", \"artifacts\": []}"')"#,
        r#"INSERT INTO messages (conversation_id, role, content, sources, metadata) VALUES
           ('00000000-0000-4000-8000-000000000001', 'assistant', 'Well.', '"[{\"id\": 1}]"', '"{}"'),
           ('00000000-0000-4000-8000-000000000001', 'user', 'And?', NULL, NULL)"#,
        "INSERT INTO messages (role, content) VALUES ('user', 'Of no conversation')",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let admin = server.as_admin().await;
    let path = "/api/chat/00000000-0000-4000-8000-000000000001";
    let whole = admin.get(path).await.ok();
    assert_eq!(whole["user_id"], Value::Null);
    assert_eq!(whole["metadata"], json!({ "kind": "old" }));
    assert_eq!(whole["context"]["tone"], "Warm");
    // Of one moment: the question comes first.
    assert_eq!(whole["messages"][0]["content"], "And?");
    assert_eq!(whole["messages"][0]["sources"], json!([]));
    assert_eq!(whole["messages"][1]["sources"], json!([{ "id": 1 }]));
    let listed = admin.get("/api/chat").await.ok();
    assert_eq!(listed["conversations"][0]["preview"], "And?");
    // It belongs to nobody, so only admins may use it.
    server.as_editor().await.get(path).await.json(403);
    let body = json!({ "message": "And now?", "conversation_id": &path[10..] });
    assert_eq!(say(&admin, body).await["context"]["tone"], "Warm");
    assert_eq!(admin.get(path).await.ok()["user_id"], Value::Null);
}

#[tokio::test]
async fn d_35_a_context_without_artifacts_leaves_them() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let artifacts = json!([
        { "artifact_id": "plan", "version": 1, "created_at": "2026-01-01T12:00:00Z",
          "content": "First.", "word_count": 1 },
        { "artifact_id": "plan", "version": 2, "created_at": "2026-01-02T14:30:00.5+02:00",
          "content": "Second.", "word_count": 1, "metadata": { "status": "final" } },
    ]);
    let body = json!({ "message": "Keep this.", "context": {
        "audience": "Federal RFP", "tone": "Warm", "artifacts": artifacts } });
    let first = say(&writer, body).await;
    let kept = first["context"]["artifacts"].clone();
    assert_eq!(kept[0]["created_at"], "2026-01-01T12:00:00");
    assert_eq!(kept[0]["metadata"], json!({}));
    assert_eq!(kept[1]["created_at"], "2026-01-02T12:30:00.500000");
    assert_eq!(kept[1]["metadata"], json!({ "status": "final" }));

    let body = json!({ "message": "Another tone.", "conversation_id": first["conversation_id"],
        "context": { "tone": "Formal", "audience": null } });
    let second = say(&writer, body).await["context"].clone();
    assert_eq!(second["artifacts"], kept);
    assert_eq!(
        (&second["tone"], &second["audience"]),
        (&json!("Formal"), &json!("Federal RFP"))
    );
    assert_eq!(second["last_query"], "Another tone.");
    let (was, is) = (
        &first["context"]["session_metadata"],
        &second["session_metadata"],
    );
    assert_eq!(was["started_at"], is["started_at"]);
    assert!(text(was, "last_active") < text(is, "last_active"));
    assert_eq!(second.as_object().unwrap().len(), 8, "{second}");
    let emptied = json!({ "message": "Gone.", "conversation_id": first["conversation_id"],
        "context": { "artifacts": [] } });
    assert_eq!(
        say(&writer, emptied).await["context"]["artifacts"],
        json!([])
    );
}

#[tokio::test]
async fn a_context_is_replaced_and_restored() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let said = ask(&writer, "Hello!").await;
    let path = context_of(&said);
    let restored = writer.get(&path).await.ok();
    assert_eq!(restored["conversation_id"], said["conversation_id"]);
    assert_eq!(restored["context"], said["context"]);
    let session = json!({ "started_at": "2026-01-01", "last_active": "2026-01-01T01:00:00Z" });
    let sent = json!({ "section": "Budget Narrative", "tone": null,
        "filters": { "years": [2024], "outcome": "Funded" }, "session_metadata": session });
    let replaced = writer.post(&path, &sent).await.ok();
    let context = &replaced["context"];
    assert_eq!(context["section"], "Budget Narrative");
    assert_eq!(context["last_query"], Value::Null);
    assert_eq!(context["artifacts"], json!([]));
    assert_eq!(
        context["filters"],
        json!({ "doc_types": null, "years": [2024],
        "programs": null, "outcome": "Funded" })
    );
    assert_eq!(
        context["session_metadata"],
        json!({ "started_at": "2026-01-01T00:00:00",
        "last_active": "2026-01-01T01:00:00" })
    );
    assert_eq!(writer.get(&path).await.ok(), replaced);
    let nulls =
        "SELECT count(*) FROM conversations WHERE context ? 'tone' OR context ? 'last_query'";
    assert_eq!(server.count(nulls).await, 0);

    for (sent, field) in [
        (
            json!({ "artifacts": [{ "artifact_id": "a", "version": 0, "created_at": "2026-01-01",
            "content": "", "word_count": 0 }] }),
            "version",
        ),
        (
            json!({ "artifacts": [{ "artifact_id": "a", "version": 1, "created_at": "soon",
            "content": "", "word_count": 0 }] }),
            "created_at",
        ),
        (json!({ "tone": 3 }), "tone"),
    ] {
        let refused = writer.post(&path, &sent).await.json(422);
        let loc = refused["detail"][0]["loc"].to_string();
        assert!(loc.contains(field), "{refused}");
    }
    assert_eq!(writer.get(&path).await.ok(), replaced);
    sqlx::query("UPDATE conversations SET context = '{\"artifacts\": 3}'")
        .execute(&server.pool())
        .await
        .unwrap();
    let corrupt = writer.get(&path).await.ok();
    assert_eq!(corrupt["context"]["artifacts"], json!([]));
}

#[tokio::test]
async fn conversations_belong_to_who_began_them() {
    let server = TestServer::start().await;
    let (writer, editor) = (server.as_writer().await, server.as_editor().await);
    let admin = server.as_admin().await;
    let said = ask(&writer, "Hello!").await;
    let (path, context) = (path_of(&said), context_of(&said));
    let alias = path.replace("/api/chat", "/api/conversations");
    let body = json!({ "message": "Me too", "conversation_id": said["conversation_id"] });
    for path in [&path, &alias] {
        editor.get(path).await.json(403);
        editor.delete(path).await.json(403);
    }
    editor.get(&context).await.json(403);
    editor.post(&context, &json!({})).await.json(403);
    let refused = editor.post("/api/chat", &body).await.refusal(403);
    assert!(refused.contains("not yours"), "{refused}");
    assert_eq!(server.count("SELECT count(*) FROM messages").await, 2);
    assert_eq!(admin.get(&path).await.ok()["user_id"], WRITER);
    say(&admin, body).await;
    admin.post(&context, &json!({ "tone": "Warm" })).await.ok();
    assert_eq!(writer.get(&context).await.ok()["context"]["tone"], "Warm");
    let whole = writer.get(&alias).await.ok();
    assert_eq!(whole["messages"].as_array().unwrap().len(), 4);
    assert_eq!(whole["user_id"], WRITER, "it stays the writer's");
}

#[tokio::test]
async fn d_52_the_list_is_counted_paged_and_ones_own() {
    let server = TestServer::start().await;
    let (writer, admin) = (server.as_writer().await, server.as_admin().await);
    let long = "é".repeat(120);
    let first = ask(&writer, &long).await;
    let second = ask(&writer, "Second").await;
    let others = ask(&admin, "The admin's").await;
    go_on(&writer, &first, "Again").await;
    let ids = |list: &Value| -> Vec<String> {
        let all = list["conversations"].as_array().unwrap().iter();
        all.map(|c| text(c, "conversation_id").to_owned()).collect()
    };
    let id = |said: &Value| text(said, "conversation_id").to_owned();
    let list = writer.get("/api/chat").await.ok();
    assert_eq!(ids(&list), [id(&first), id(&second)], "the last used first");
    assert_eq!(list["total_count"], 2);
    assert_eq!((&list["skip"], &list["limit"]), (&json!(0), &json!(50)));
    let newest = &list["conversations"][0];
    assert_eq!(newest["message_count"], 4);
    assert_eq!(newest["preview"], json!("é".repeat(100)));
    assert_eq!(newest["metadata"], json!({}));
    assert_eq!(newest["context"]["last_query"], "Again");
    assert_eq!(writer.get("/api/conversations").await.ok(), list);

    let page = writer.get("/api/chat?skip=1&limit=1").await.ok();
    assert_eq!(ids(&page), [id(&second)]);
    assert_eq!(page["total_count"], 2);
    let past = writer.get("/api/chat?skip=9").await.ok();
    assert_eq!(
        (&past["conversations"], &past["total_count"]),
        (&json!([]), &json!(2))
    );
    for query in ["skip=-1", "limit=0", "limit=-1", "limit=1001", "limit=x"] {
        writer.get(&format!("/api/chat?{query}")).await.json(422);
    }
    assert_eq!(admin.get("/api/chat").await.ok()["total_count"], 3);
    let of = |email: &str| format!("/api/chat?user_id={email}");
    assert_eq!(ids(&admin.get(&of(ADMIN)).await.ok()), [id(&others)]);
    assert_eq!(writer.get(&of(ADMIN)).await.ok()["total_count"], 0);
    assert_eq!(writer.get(&of(WRITER)).await.ok()["total_count"], 2);
}

#[tokio::test]
async fn a_conversation_goes_and_its_outputs_stay() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let said = ask(&writer, "Hello!").await;
    let output = an_output("Kept").with("conversation_id", text(&said, "conversation_id"));
    let output = writer.post("/api/outputs", output.body()).await.created();
    let gone = writer.delete(&path_of(&said)).await.ok();
    assert_eq!(gone["success"], true);
    assert_eq!(gone["conversation_id"], said["conversation_id"]);
    assert!(text(&gone, "message").contains("deleted successfully"));
    writer.get(&path_of(&said)).await.json(404);
    writer.delete(&path_of(&said)).await.json(404);
    assert_eq!(server.count("SELECT count(*) FROM messages").await, 0);
    let output = format!("/api/outputs/{}", text(&output, "output_id"));
    assert_eq!(
        writer.get(&output).await.ok()["conversation_id"],
        Value::Null
    );
    let again = ask(&writer, "Hello!").await;
    let alias = path_of(&again).replace("/api/chat", "/api/conversations");
    writer.delete(&alias).await.ok();
}

#[tokio::test]
async fn an_unknown_id_begins_a_conversation_and_no_other_text_is_one() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let body = json!({ "message": "Hello!", "conversation_id": NOWHERE });
    let said = say(&writer, body.clone()).await;
    assert_eq!(said["conversation_id"], NOWHERE);
    assert_eq!(say(&writer, body).await["message_count"], 4);
    for path in [
        "/api/chat/conversations",
        "/api/chat/1",
        "/api/conversations/x",
    ] {
        writer.get(path).await.json(400);
    }
    let path = "/api/chat/conversations/x/context";
    writer.get(path).await.json(400);
    writer.post(path, &json!({})).await.json(400);
    let nowhere = "/api/chat/conversations/00000000-0000-4000-8000-00000000000f/context";
    writer.get(nowhere).await.json(404);
    writer.post(nowhere, &json!({})).await.json(404);
    for (body, status) in [
        (json!({ "message": "" }), 422),
        (json!({}), 422),
        (json!({ "message": "  \n " }), 400),
        (json!({ "message": "x".repeat(10_001) }), 422),
        (json!({ "message": "Yes?", "conversation_id": "mine" }), 400),
        (json!({ "message": "Yes?", "context_window": 0 }), 422),
        (json!({ "message": "Yes?", "context_window": 51 }), 422),
        (
            json!({ "message": "Yes?", "context": { "artifacts": [{}] } }),
            422,
        ),
        (
            json!({ "message": "Yes?", "conversation_history": [{ "role": "system", "content": "" }] }),
            422,
        ),
        (
            json!({ "message": "Yes?", "parameters": { "query": "short" } }),
            422,
        ),
        (json!({ "message": "Null \u{0} within" }), 422),
    ] {
        writer.post("/api/chat", &body).await.json(status);
    }
    assert_eq!(server.count("SELECT count(*) FROM conversations").await, 1);
}

#[tokio::test]
async fn d_38_only_a_new_conversation_is_an_event() {
    let server = TestServer::start().await;
    let (writer, admin) = (server.as_writer().await, server.as_admin().await);
    let said = ask(&writer, "Whispered once").await;
    go_on(&writer, &said, "Whispered twice").await;
    let context = json!({ "tone": "Whispered", "artifacts": [] });
    writer.post(&context_of(&said), &context).await.ok();
    writer.delete(&path_of(&said)).await.ok();
    let id = text(&said, "conversation_id");
    let path = format!("/api/audit/logs/entity/conversation/{id}");
    let rows = admin.get(&path).await.ok();
    let rows = rows.as_array().unwrap();
    let events: Vec<_> = rows.iter().map(|row| text(row, "event_type")).collect();
    assert_eq!(
        events,
        [
            "conversation.delete",
            "conversation.update",
            "conversation.create"
        ]
    );
    let walter = writer.get("/api/auth/me").await.ok()["user_id"].clone();
    for row in rows {
        assert_eq!(row["user_id"], walter);
    }
    assert_eq!(rows[2]["details"]["path"], "/api/chat");
    let leaks = "SELECT count(*) FROM audit_log WHERE details::text LIKE '%Whispered%'";
    assert_eq!(server.count(leaks).await, 0);
}

#[tokio::test]
async fn two_messages_at_once_are_both_kept_in_whole_turns() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let body = |message: &str| json!({ "message": message, "conversation_id": NOWHERE });
    let bodies = ["One", "Two", "Three"].map(body);
    let (one, two, three) = tokio::join!(
        say(&writer, bodies[0].clone()),
        say(&writer, bodies[1].clone()),
        say(&writer, bodies[2].clone()),
    );
    let mut counts = [one, two, three].map(|said| said["message_count"].as_i64().unwrap());
    counts.sort_unstable();
    assert_eq!(counts, [2, 4, 6]);
    let whole = writer.get(&format!("/api/chat/{NOWHERE}")).await.ok();
    let messages = whole["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|m| text(m, "role")).collect();
    assert_eq!(roles, ["user", "assistant"].repeat(3));
    let created = "SELECT count(*) FROM audit_log WHERE event_type = 'conversation.create'";
    assert_eq!(server.count(created).await, 1);
}
