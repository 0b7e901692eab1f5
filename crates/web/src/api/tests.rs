//! What holds for all routes together.

use serde_json::Value;

use super::*;

fn document() -> Value {
    serde_json::to_value(areas().into_openapi()).unwrap()
}

/// Every operation, as `POST /api/query` and what the document says of it.
fn operations(document: &Value) -> Vec<(String, &Value)> {
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

#[test]
fn a_trailing_slash_is_dropped_and_the_query_kept() {
    let bare = |uri: &'static str| without_slash(&Uri::from_static(uri));
    assert_eq!(bare("/api/programs/").as_deref(), Some("/api/programs"));
    assert_eq!(
        bare("/api/outputs//?skip=1").as_deref(),
        Some("/api/outputs?skip=1")
    );
    assert_eq!(bare("/api/nothing"), None);
}

#[test]
fn the_document_names_every_route_of_the_contract() {
    let document = document();
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

#[test]
fn every_operation_tells_what_it_does_and_how_it_refuses() {
    let document = document();
    for (name, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{name} has no summary");
        let responses = operation["responses"].as_object().unwrap();
        let is_open = operation["security"]
            .as_array()
            .is_some_and(|ways| ways.iter().any(|way| way.as_object().unwrap().is_empty()));
        assert!(
            is_open || responses.contains_key("401"),
            "{name} does not say 401"
        );
    }
}

#[test]
fn no_two_operations_share_an_id() {
    let document = document();
    let operations = operations(&document);
    let mut ids: Vec<_> = operations
        .iter()
        .map(|(_, operation)| operation["operationId"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), operations.len());
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
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
