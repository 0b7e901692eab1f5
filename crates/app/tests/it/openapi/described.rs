//! What holds for the description of all routes together: nothing is left out of it.

use serde_json::{Value, json};

use crate::support::idle;

/// Every operation, as `POST /api/query` and what the document says of it.
pub(crate) fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| {
                (format!("{} {path}", method.to_uppercase()), operation)
            })
        })
        .collect()
}

#[tokio::test]
async fn the_document_names_every_route_of_the_contract() {
    let document = idle::document().await;
    let known: Vec<_> = operations(&document)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for route in [
        "GET /",
        "GET /api/health",
        "POST /api/auth/register",
        "POST /api/auth/login",
        "POST /api/auth/refresh",
        "POST /api/auth/logout",
        "GET /api/auth/session",
        "GET /api/auth/me",
        "POST /api/documents/upload",
        "GET /api/documents",
        "GET /api/documents/stats",
        "GET /api/documents/{doc_id}",
        "DELETE /api/documents/{doc_id}",
        "POST /api/query",
        "POST /api/query/stream",
        "POST /api/chat",
        "GET /api/chat",
        "GET /api/chat/{conversation_id}",
        "DELETE /api/chat/{conversation_id}",
        "POST /api/chat/conversations/{conversation_id}/context",
        "GET /api/chat/conversations/{conversation_id}/context",
        "GET /api/conversations",
        "GET /api/conversations/{conversation_id}",
        "DELETE /api/conversations/{conversation_id}",
        "POST /api/outputs",
        "GET /api/outputs",
        "GET /api/outputs/stats",
        "GET /api/outputs/{output_id}",
        "PUT /api/outputs/{output_id}",
        "DELETE /api/outputs/{output_id}",
        "GET /api/programs/active",
        "GET /api/programs",
        "POST /api/programs",
        "GET /api/programs/{program_id}",
        "PUT /api/programs/{program_id}",
        "DELETE /api/programs/{program_id}",
        "POST /api/writing-styles/analyze",
        "GET /api/writing-styles",
        "POST /api/writing-styles",
        "GET /api/writing-styles/{style_id}",
        "PUT /api/writing-styles/{style_id}",
        "DELETE /api/writing-styles/{style_id}",
        "GET /api/prompts",
        "POST /api/prompts",
        "GET /api/prompts/{prompt_id}",
        "PUT /api/prompts/{prompt_id}",
        "DELETE /api/prompts/{prompt_id}",
        "GET /api/config",
        "PUT /api/config",
        "GET /api/config/metadata",
        "POST /api/config/reset",
        "GET /api/users",
        "POST /api/users",
        "GET /api/users/{user_id}",
        "PUT /api/users/{user_id}",
        "PUT /api/users/{user_id}/role",
        "DELETE /api/users/{user_id}",
        "GET /api/v1/users",
        "POST /api/v1/users",
        "GET /api/v1/users/{user_id}",
        "PUT /api/v1/users/{user_id}",
        "PUT /api/v1/users/{user_id}/role",
        "DELETE /api/v1/users/{user_id}",
        "GET /api/audit/logs",
        "GET /api/audit/logs/entity/{entity_type}/{entity_id}",
    ] {
        assert!(known.iter().any(|name| name == route), "{route}");
    }
}

/// What nobody has to be signed in for.
fn is_open(operation: &Value) -> bool {
    let ways = operation["security"].as_array().into_iter().flatten();
    ways.into_iter().any(|way| *way == json!({}))
}

/// Fails with all that is missing, rather than with the first of it.
#[track_caller]
fn none(missing: &[String]) {
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[tokio::test]
async fn every_operation_tells_what_it_does() {
    let document = idle::document().await;
    let tags: Vec<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut missing = Vec::new();
    for (name, operation) in operations(&document) {
        let mut expect = |is_there: bool, what: &str| {
            if !is_there {
                missing.push(format!("{name} has no {what}"));
            }
        };
        expect(
            is_text(&operation["summary"]),
            "summary: the first line of its comment",
        );
        expect(is_text(&operation["operationId"]), "operation_id");
        let own = operation["tags"].as_array().into_iter().flatten();
        let mut own = own.into_iter().peekable();
        expect(
            own.peek().is_some() && own.all(|tag| tags.contains(&tag)),
            "tag that `ApiDoc` names",
        );
    }
    none(&missing);
}

#[tokio::test]
async fn every_parameter_and_body_is_described_with_limits_and_an_example() {
    let document = idle::document().await;
    let mut missing = Vec::new();
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let of = format!("{name}, parameter {}", parameter["name"]);
            let schema = &parameter["schema"];
            missing.extend(
                [
                    (!is_text(&parameter["description"])).then(|| format!("{of}: no description")),
                    parameter["example"]
                        .is_null()
                        .then(|| format!("{of}: no example")),
                    lacks_limit(schema)
                        .then(|| format!("{of}: an integer without format or minimum")),
                ]
                .into_iter()
                .flatten(),
            );
        }
        let body = &operation["requestBody"];
        for (kind, content) in body["content"].as_object().into_iter().flatten() {
            if content["example"].is_null() {
                missing.push(format!("{name}: no example of its {kind} body"));
            }
        }
        if !body.is_null() && body["required"] != true {
            missing.push(format!("{name}: its body is not required"));
        }
    }
    none(&missing);
}

fn lacks_limit(schema: &Value) -> bool {
    let types = &schema["type"];
    let is_integer = types == "integer"
        || types
            .as_array()
            .is_some_and(|all| all.contains(&json!("integer")));
    is_integer && schema["format"].is_null() && schema["minimum"].is_null()
}

#[tokio::test]
async fn every_reply_is_described_and_shown() {
    let document = idle::document().await;
    let mut missing = Vec::new();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        if !responses.keys().any(|status| status.starts_with('2')) {
            missing.push(format!("{name}: no success"));
        }
        for (status, response) in responses {
            if !is_text(&response["description"]) {
                missing.push(format!("{name}, {status}: no description"));
            }
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let is_bytes = !["application/json", "text/event-stream"].contains(&kind.as_str());
                let is_shown = is_bytes || !content["example"].is_null();
                if !is_shown || content["schema"].is_null() {
                    missing.push(format!(
                        "{name}, {status}: no example: a text in it has none"
                    ));
                }
            }
        }
    }
    none(&missing);
}

#[tokio::test]
async fn every_operation_tells_how_it_refuses() {
    let document = idle::document().await;
    let mut missing = Vec::new();
    for (name, operation) in operations(&document) {
        let mut expect = |may_happen: bool, statuses: &[&str], why: &str| {
            let known = |status: &&str| {
                operation["responses"][*status]["content"]["application/json"].is_object()
            };
            if may_happen && !statuses.iter().any(known) {
                missing.push(format!("{name} does not tell {statuses:?}: {why}"));
            }
        };
        let changes = !name.starts_with("GET ");
        let has_fields = |place: &str| {
            let all = operation["parameters"].as_array().into_iter().flatten();
            all.into_iter().any(|parameter| parameter["in"] == place)
        };
        let has_body = operation["requestBody"].is_object();
        let is_watched = name != "GET /";
        let looks_up = is_watched && name != "GET /api/health";
        expect(
            !is_open(operation),
            &["401"],
            "somebody has to be signed in",
        );
        expect(
            !is_open(operation) && changes,
            &["403"],
            "a cookie needs its token",
        );
        expect(
            has_fields("query") || has_body,
            &["422"],
            "a field may be wrong",
        );
        // A prompt's wrong id is a name that nothing has.
        let wrong: &[&str] = if name.contains("/prompts/") {
            &["404"]
        } else {
            &["400", "422"]
        };
        expect(has_fields("path"), wrong, "the path may be wrong");
        // The log of an unknown thing is empty, and its figures are zeros.
        let is_thing =
            name.ends_with('}') && !name.contains("/audit/") && !name.contains("/analytics/");
        expect(is_thing, &["404"], "there may be no such thing");
        expect(has_body, &["413"], "the body may be too large");
        expect(is_watched, &["429"], "it is limited");
        expect(looks_up, &["500"], "the database may fail");
    }
    none(&missing);
}

#[tokio::test]
async fn every_schema_and_every_field_of_it_is_described_and_every_text_shown() {
    let document = idle::document().await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut missing = Vec::new();
    for (name, schema) in schemas {
        if !is_text(&schema["description"]) {
            missing.push(format!("{name}: no description"));
        }
        undescribed(name, schema, &mut missing);
        if schema["example"].is_null() {
            without_example(name, schema, &mut missing);
        }
    }
    none(&missing);
}

/// The texts of a schema that show none: no example of a whole can be made with them.
fn without_example(name: &str, schema: &Value, missing: &mut Vec<String>) {
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        let text = schema.get("items").unwrap_or(schema);
        let is_text = text["type"].as_str() == Some("string")
            || text["type"]
                .as_array()
                .is_some_and(|all| all.contains(&json!("string")));
        let shows_none = |schema: &Value| {
            let keys = ["example", "enum", "default", "format"];
            keys.iter().all(|key| schema[*key].is_null())
        };
        if is_text && shows_none(schema) && shows_none(text) {
            missing.push(format!(
                "{name}.{field}: a text without #[schema(example = …)]"
            ));
        }
    }
    for parts in ["allOf", "oneOf", "anyOf"] {
        for part in schema[parts].as_array().into_iter().flatten() {
            without_example(name, part, missing);
        }
    }
}

/// The fields of a schema, and of those it is made of, that nothing is said of.
fn undescribed(name: &str, schema: &Value, missing: &mut Vec<String>) {
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        let is_tag = schema["enum"]
            .as_array()
            .is_some_and(|only| only.len() == 1);
        if !is_tag && !is_text(&schema["description"]) {
            missing.push(format!("{name}.{field}: no description"));
        }
        if lacks_limit(schema) {
            missing.push(format!(
                "{name}.{field}: an integer without format or minimum"
            ));
        }
    }
    for parts in ["allOf", "oneOf", "anyOf"] {
        for part in schema[parts].as_array().into_iter().flatten() {
            undescribed(name, part, missing);
        }
    }
}

#[tokio::test]
async fn no_two_operations_share_an_id() {
    let document = idle::document().await;
    let operations = operations(&document);
    let mut ids: Vec<_> = operations
        .iter()
        .map(|(_, operation)| operation["operationId"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), operations.len());
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    let document = idle::document().await;
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields
                .values()
                .for_each(|field| collect_references(field, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, found)),
        _ => {}
    }
}
