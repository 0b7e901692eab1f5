//! The OpenAPI document: what the handlers say of themselves, and what holds for all
//! of them alike, so that none has to say it and none can forget it.

mod example;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// Fields of replies that are there at times only; every other one always is, null
/// where it has no value.
const AT_TIMES: [(&str, &str); 5] = [
    ("ErrorBody", "path"),
    ("ErrorBody", "method"),
    ("ErrorBody", "retry_after"),
    ("ErrorBody", "limit"),
    ("ErrorBody", "window"),
];

/// How a timestamp looks: ISO 8601 without a zone, which the format `date-time` has
/// to have.
const TIMESTAMP: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?$";

/// The document as it is served.
pub(super) fn complete(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).expect("texts and numbers are JSON");
    lift_descriptions(&mut document["components"]["schemas"]);
    describe_replies(&mut document);
    document["components"]["headers"] = headers();
    let mut paths = document["paths"].take();
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            complete_operation(path, method, operation);
            add_examples(&document, operation);
        }
    }
    document["paths"] = paths;
    document
}

/// Shows a value for whatever shows none, where its schema says enough for one.
fn add_examples(document: &Value, operation: &mut Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        add_example(document, parameter);
    }
    if let Some(content) = operation.pointer_mut("/requestBody/content") {
        add_content_examples(document, content);
    }
    let responses = operation["responses"].as_object_mut();
    for (_, response) in responses.into_iter().flatten() {
        if let Some(content) = response.get_mut("content") {
            add_content_examples(document, content);
        }
    }
}

fn add_content_examples(document: &Value, content: &mut Value) {
    let texts = content.as_object_mut().into_iter().flatten();
    texts.for_each(|(_, content)| add_example(document, content));
}

fn add_example(document: &Value, shown: &mut Value) {
    if shown.get("example").is_none()
        && let Some(example) = example::of(document, &shown["schema"])
    {
        shown["example"] = example;
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let takes_json = operation
        .pointer("/requestBody/content/application~1json")
        .is_some();
    let needs_session = operation.get("security").is_none();
    let responses = &mut operation["responses"];
    if takes_json {
        add_refusal(responses, "413", "The body is larger than 2 MiB");
    }
    if needs_session && method != "get" {
        let what = "The session is a cookie's, and `X-CSRF-Token` is missing or wrong";
        add_refusal(responses, "403", what);
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        frame_events(response);
        add_headers(path, status, response);
        add_error_example(path, status, response);
    }
}

fn add_refusal(responses: &mut Value, status: &str, what: &str) {
    if responses.get(status).is_none() {
        responses[status] = json!({
            "description": what,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
        });
    }
}

/// What a handler says of a stream is the JSON of one event; a client reads it as the
/// `data` of a server-sent one.
fn frame_events(response: &mut Value) {
    if let Some(content) = response.pointer_mut("/content/text~1event-stream") {
        let event = content["schema"].take();
        content["schema"] = json!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": {
                "type": "string",
                "description": "The event, as JSON on one line",
                "contentMediaType": "application/json",
                "contentSchema": event,
            }},
        });
    }
}

/// The headers of this reply: those that its handler promises, and those of all.
fn add_headers(path: &str, status: &str, response: &mut Value) {
    let headers = &mut response["headers"];
    if !headers.is_object() {
        *headers = json!({});
    }
    for promised in headers.as_object_mut().into_iter().flatten() {
        promised.1["required"] = json!(true);
    }
    let mut add = |name: &str| {
        headers[name] = json!({"$ref": format!("#/components/headers/{name}")});
    };
    add("X-Request-ID");
    add("X-Process-Time");
    if path != "/" {
        for part in ["Limit", "Window", "Type", "Remaining", "Reset"] {
            add(&format!("X-RateLimit-{part}"));
        }
    }
    match status {
        "401" => add("WWW-Authenticate"),
        "429" => add("Retry-After"),
        _ => {}
    }
}

fn headers() -> Value {
    json!({
        "X-Request-ID": {
            "description": "The number of the request; in the log, it is found by it",
            "required": true,
            "schema": {"type": "string", "format": "uuid"},
            "example": "2f6c1c0a-6f0e-4a57-8f64-3f1f0b7f9d55",
        },
        "X-Process-Time": {
            "description": "How long the answer took",
            "required": true,
            "schema": {"type": "string", "pattern": r"^\d+\.\d{2}ms$"},
            "example": "12.34ms",
        },
        "X-RateLimit-Limit": {
            "description": "How many requests are allowed; absent, as the others of its kind, where the site limits nothing",
            "schema": {"type": "integer", "minimum": 1},
            "example": 100,
        },
        "X-RateLimit-Window": {
            "description": "In which time",
            "schema": {"type": "string", "pattern": r"^\d+s$"},
            "example": "60s",
        },
        "X-RateLimit-Type": {
            "description": "Whether the address is counted or the person",
            "schema": {"type": "string", "enum": ["ip", "user"]},
            "example": "user",
        },
        "X-RateLimit-Remaining": {
            "description": "How many may still follow",
            "schema": {"type": "integer", "minimum": 0},
            "example": 99,
        },
        "X-RateLimit-Reset": {
            "description": "In how many seconds a further one is possible",
            "schema": {"type": "integer", "minimum": 0},
            "example": 42,
        },
        "WWW-Authenticate": {
            "description": "How to sign in",
            "required": true,
            "schema": {"type": "string", "enum": ["Bearer"]},
            "example": "Bearer",
        },
        "Retry-After": {
            "description": "In how many seconds it is worth trying again",
            "required": true,
            "schema": {"type": "integer", "minimum": 1},
            "example": 42,
        },
    })
}

/// An error looks the same everywhere; what its handler says of it is its detail.
fn add_error_example(path: &str, status: &str, response: &mut Value) {
    let what = response["description"].clone();
    let Ok(code) = status.parse::<u16>() else {
        return;
    };
    let Some(content) = response.pointer_mut("/content/application~1json") else {
        return;
    };
    if code < 400 || content.get("example").is_some() {
        return;
    }
    content["example"] = error_example(path, code, what);
}

fn error_example(path: &str, status: u16, what: Value) -> Value {
    let (error, detail) = match status {
        404 => (json!("Resource not found"), what),
        422 => (
            json!("Validation error"),
            json!([{"type": "value_error", "loc": ["body", "year"], "msg": "the year must be between 2000 and next year", "input": 1999}]),
        ),
        429 => (
            json!("Rate limit exceeded"),
            json!("100 requests allowed in 60 seconds: try again in 42 seconds"),
        ),
        500 => (json!("Internal server error"), Value::Null),
        _ => (what.clone(), what),
    };
    let mut example = json!({
        "error": error,
        "detail": detail,
        "request_id": "2f6c1c0a-6f0e-4a57-8f64-3f1f0b7f9d55",
        "status_code": status,
    });
    if status == 404 {
        example["path"] = json!(path);
    }
    if status == 429 {
        example["retry_after"] = json!(42);
        example["limit"] = json!(100);
        example["window"] = json!("60s");
    }
    example
}

/// What is said of a field that may be null stands beside its type, not inside of it.
fn lift_descriptions(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(lift_descriptions),
        Value::Object(fields) => {
            let choices = fields.get_mut("oneOf").and_then(Value::as_array_mut);
            let said = choices.into_iter().flatten().find_map(|choice| {
                let choice = choice.as_object_mut()?;
                choice.get("$ref")?;
                choice.remove("description")
            });
            if let Some(said) = said {
                fields.entry("description").or_insert(said);
            }
            fields.values_mut().for_each(lift_descriptions);
        }
        _ => {}
    }
}

/// Says of each schema that only replies use: every field is there, and moments have
/// no zone.
fn describe_replies(document: &mut Value) {
    let (mut answered, mut asked) = (BTreeSet::new(), BTreeSet::new());
    let paths = document["paths"].as_object().into_iter().flatten();
    for operation in paths.flat_map(|(_, item)| item.as_object().into_iter().flatten()) {
        for (part, value) in operation.1.as_object().into_iter().flatten() {
            let found = if part == "responses" {
                &mut answered
            } else {
                &mut asked
            };
            collect_schemas(document, value, found);
        }
    }
    for name in answered.difference(&asked) {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{name}")) {
            describe_reply(name, schema);
        }
    }
}

/// The names of all schemas that a part of the document needs, also by way of others.
fn collect_schemas(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_schemas(document, item, found)),
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|name| name.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|name| found.insert((*name).to_owned())) {
                collect_schemas(document, &document["components"]["schemas"][name], found);
            }
            fields
                .values()
                .for_each(|field| collect_schemas(document, field, found));
        }
        _ => {}
    }
}

fn describe_reply(name: &str, schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| describe_reply(name, item)),
        Value::Object(fields) => {
            require_all(name, fields);
            drop_zone(fields);
            let inner = fields.iter_mut().filter(|(key, _)| *key != "example");
            inner.for_each(|(_, field)| describe_reply(name, field));
        }
        _ => {}
    }
}

fn require_all(name: &str, schema: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = schema.get("properties") else {
        return;
    };
    let always = |field: &&String| !AT_TIMES.contains(&(name, field.as_str()));
    let required: Vec<_> = properties.keys().filter(always).cloned().collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
}

fn drop_zone(schema: &mut Map<String, Value>) {
    if schema
        .get("format")
        .is_some_and(|format| format == "date-time")
    {
        schema.remove("format");
        schema.insert("pattern".to_owned(), json!(TIMESTAMP));
        schema
            .entry("example")
            .or_insert(json!("2026-11-22T13:07:22.770141"));
    }
}
