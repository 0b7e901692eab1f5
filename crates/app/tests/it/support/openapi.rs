//! The server's own description of itself, and whether its replies keep to it.
//!
//! Every reply of the API that a test receives is compared with `/openapi.json` of the
//! running server: path, method, status, headers, content type, and the body against
//! its schema, in which nothing may stand that is not described.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use jsonschema::Validator;
use reqwest::{Method, StatusCode, Url};
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::client::Reply;

/// How much of a body is shown with what is wrong with it.
const MAX_SHOWN: usize = 2_000;

/// Where references lead.
const COMPONENTS: &str = "#/components/schemas/";

/// What the API says of itself.
pub(crate) struct Contract {
    document: Value,
    /// Schemas in which nothing is allowed that they do not name, compiled when first
    /// needed, by their place in the document.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// The program is the same for all tests of a process, and so is what it says.
static CONTRACT: OnceCell<Contract> = OnceCell::const_new();

/// Fails the test if a reply is not as the API describes it.
pub(crate) async fn check(method: &Method, url: &Url, reply: &Reply) {
    let path = url.path();
    if path != "/" && path != "/api" && !path.starts_with("/api/") {
        return;
    }
    let contract = CONTRACT.get_or_init(|| Contract::of(url)).await;
    let problems = contract.problems(method, path, reply);
    assert!(
        problems.is_empty(),
        "{}",
        complaint(method, url, reply, &problems)
    );
}

fn complaint(method: &Method, url: &Url, reply: &Reply, problems: &[String]) -> String {
    let mut text = format!(
        "{method} {} answered {}, which OpenAPI does not describe:\n",
        url.path(),
        reply.status
    );
    for problem in problems {
        writeln!(text, "  - {problem}").unwrap();
    }
    let body: String = reply.text().chars().take(MAX_SHOWN).collect();
    write!(
        text,
        "Describe it in the handler's #[utoipa::path] or the schema's type, or mend the reply \
         (docs/testing.md, \"Replies and their description\").\nThe reply: {body}"
    )
    .unwrap();
    text
}

impl Contract {
    /// The description by the server that `url` leads to.
    pub(crate) async fn of(url: &Url) -> Self {
        let url = url.join("/openapi.json").unwrap();
        let http = super::client::http().build().unwrap();
        let reply = http.get(url).send().await.expect("an OpenAPI document");
        Self::new(reply.json().await.expect("a JSON document"))
    }

    pub(crate) fn new(document: Value) -> Self {
        Self {
            document,
            validators: Mutex::default(),
        }
    }

    /// The document itself.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// What is wrong with a reply.
    fn problems(&self, method: &Method, path: &str, reply: &Reply) -> Vec<String> {
        let Some(template) = self.template(path) else {
            return self.problems_of_lost_path(path, reply);
        };
        let name = match *method {
            Method::HEAD => "get".to_owned(),
            _ => method.as_str().to_lowercase(),
        };
        let place = ["paths", template, &name];
        if self.at(&place).is_none() {
            return self.problems_of_wrong_method(method, reply);
        }
        let status = reply.status.as_str();
        let place = [&place[..], &["responses", status]].concat();
        let Some(response) = self.at(&place) else {
            let known = self.at(&place[..4]).and_then(Value::as_object);
            let known: Vec<_> = known.into_iter().flat_map(Map::keys).collect();
            return vec![format!("the status {status}: {template} knows {known:?}")];
        };
        let mut problems = self.problems_of_headers(response, reply);
        if *method != Method::HEAD {
            problems.extend(self.problems_of_body(&place, response, reply));
        }
        problems
    }

    /// The path of the document that a path of a request belongs to: what is written
    /// out goes before what is a parameter.
    fn template(&self, path: &str) -> Option<&str> {
        let paths = self.document["paths"].as_object()?.keys();
        let fitting = paths.filter(|template| fits(template, path));
        fitting
            .min_by_key(|template| template.matches('{').count())
            .map(String::as_str)
    }

    fn problems_of_lost_path(&self, path: &str, reply: &Reply) -> Vec<String> {
        match reply.status {
            // Who asks too often is refused before anybody looks where to.
            StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS => {
                self.problems_of_refusal(reply)
            }
            StatusCode::TEMPORARY_REDIRECT if path.ends_with('/') => Vec::new(),
            _ => vec!["the path: no route of the document leads there".to_owned()],
        }
    }

    fn problems_of_wrong_method(&self, method: &Method, reply: &Reply) -> Vec<String> {
        match reply.status {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::TOO_MANY_REQUESTS => {
                self.problems_of_refusal(reply)
            }
            // A browser asks what it may.
            StatusCode::OK if *method == Method::OPTIONS => Vec::new(),
            _ => vec![format!("the method {method}: the path does not have it")],
        }
    }

    fn problems_of_refusal(&self, reply: &Reply) -> Vec<String> {
        self.problems_of_json(&["components", "schemas", "ErrorBody"], &reply.bytes)
    }

    fn problems_of_headers(&self, response: &Value, reply: &Reply) -> Vec<String> {
        let headers = response["headers"].as_object().into_iter().flatten();
        let missing = headers.filter(|(name, header)| {
            let is_promised = self.resolved(header)["required"] == true;
            is_promised && reply.header(name).is_none()
        });
        missing
            .map(|(name, _)| format!("the header {name} is promised and not there"))
            .collect()
    }

    fn problems_of_body(&self, place: &[&str], response: &Value, reply: &Reply) -> Vec<String> {
        let sent = reply.header("content-type").unwrap_or_default();
        let sent = sent.split(';').next().unwrap_or_default().trim();
        let Some(content) = response["content"].as_object() else {
            let is_empty = reply.bytes.is_empty();
            let problem = || format!("a body of type '{sent}' where none is described");
            return (!is_empty).then(problem).into_iter().collect();
        };
        if !content.contains_key(sent) {
            let known: Vec<_> = content.keys().collect();
            return vec![format!("the content type '{sent}': known are {known:?}")];
        }
        let place = [place, &["content", sent, "schema"]].concat();
        match sent {
            "application/json" => self.problems_of_json(&place, &reply.bytes),
            "text/event-stream" => {
                let inside = [&place[..], &["properties", "data", "contentSchema"]].concat();
                events(&reply.text())
                    .flat_map(|event| self.problems_of_json(&inside, event.as_bytes()))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn problems_of_json(&self, place: &[&str], bytes: &[u8]) -> Vec<String> {
        match serde_json::from_slice(bytes) {
            Ok(value) => self.problems_of_value(place, &value),
            Err(error) => vec![format!("the body is no JSON: {error}")],
        }
    }

    /// What is wrong with a value, by the schema at this place of the document.
    pub(crate) fn problems_of_value(&self, place: &[&str], value: &Value) -> Vec<String> {
        let validator = self.validator(place);
        let errors = validator.iter_errors(value);
        errors
            .map(|error| {
                let at = error.instance_path().to_string();
                let at = if at.is_empty() { "the body" } else { &at };
                let what: String = error.to_string().chars().take(MAX_SHOWN).collect();
                format!("{at}: {what}")
            })
            .collect()
    }

    fn validator(&self, place: &[&str]) -> Arc<Validator> {
        let mut known = self.validators.lock().unwrap();
        let found = known.entry(place.join("\n"));
        Arc::clone(found.or_insert_with(|| Arc::new(self.compile(place))))
    }

    fn compile(&self, place: &[&str]) -> Validator {
        let schema = self.at(place);
        let mut root = schema.unwrap_or_else(|| panic!("{place:?}")).clone();
        let mut components = self.led_to(&root);
        self.close_within(&mut components);
        self.close(&mut root);
        root["components"] = json!({ "schemas": components });
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .unwrap_or_else(|error| panic!("the schema at {place:?}: {error}"))
    }

    /// The components that a schema leads to, by whatever way. The others would take most of the
    /// time of a test to compile.
    fn led_to(&self, schema: &Value) -> Value {
        let mut found = Map::new();
        let mut unread = vec![schema];
        while let Some(value) = unread.pop() {
            match value {
                Value::Array(items) => unread.extend(items),
                Value::Object(fields) => unread.extend(fields.values()),
                Value::String(text) => {
                    let Some(name) = text.strip_prefix(COMPONENTS) else {
                        continue;
                    };
                    let component = self.document.pointer(text.trim_start_matches('#'));
                    if let Some(component) = component.filter(|_| !found.contains_key(name)) {
                        found.insert(name.to_owned(), component.clone());
                        unread.push(component);
                    }
                }
                _ => {}
            }
        }
        Value::Object(found)
    }

    /// Allows nothing in a value of this schema that it does not name.
    fn close(&self, schema: &mut Value) {
        self.close_within(schema);
        if !self.is_free(schema) {
            schema["unevaluatedProperties"] = json!(false);
        }
    }

    /// The same for the values inside.
    fn close_within(&self, schema: &mut Value) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(|item| self.close_within(item)),
            Value::Object(fields) => {
                for (key, field) in fields.iter_mut() {
                    match key.as_str() {
                        "items" | "additionalProperties" if field.is_object() => self.close(field),
                        "properties" => field
                            .as_object_mut()
                            .into_iter()
                            .flatten()
                            .for_each(|(_, property)| self.close(property)),
                        "example" | "examples" | "default" | "enum" => {}
                        _ => self.close_within(field),
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether any object will do.
    fn is_free(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        let Some(fields) = schema.as_object() else {
            return true;
        };
        let branches = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| {
            let branches = fields.get(*key)?.as_array()?;
            Some(branches.iter().any(|branch| self.is_free(branch)))
        });
        branches.unwrap_or_else(|| {
            let names_its_fields =
                fields.contains_key("properties") || fields.contains_key("additionalProperties");
            let may_be_object = match fields.get("type") {
                None => true,
                Some(Value::Array(types)) => types.contains(&json!("object")),
                Some(only) => only == "object",
            };
            may_be_object && !names_its_fields
        })
    }

    /// What a reference leads to.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else {
            return value;
        };
        let found = self.document.pointer(reference.trim_start_matches('#'));
        found.unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    /// What stands at a place of the document.
    pub(crate) fn at(&self, place: &[&str]) -> Option<&Value> {
        place
            .iter()
            .try_fold(&self.document, |value, key| match value {
                Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                other => other.get(key),
            })
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(other)) if part == other => {}
            (Some(part), Some(other)) if part.starts_with('{') && !other.is_empty() => {}
            _ => return false,
        }
    }
}

/// The JSON of each event of a stream.
fn events(stream: &str) -> impl Iterator<Item = &str> {
    stream
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| event.strip_prefix("data: ").unwrap_or(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Contract {
        let owner = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
        let thing = json!({"allOf": [
            {"$ref": "#/components/schemas/Owner"},
            {"type": "object", "properties": {
                "at": {"type": "string", "format": "date"},
                "notes": {"type": ["object", "null"]},
                "owner": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Owner"}]},
            }},
        ]});
        let reply = json!({
            "description": "It",
            "headers": {"X-Kept": {"required": true, "schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
        });
        Contract::new(json!({
            "paths": {
                "/api/things/{id}": {"get": {"responses": {"200": reply}}},
                "/api/things/all": {"get": {"responses": {"204": {"description": "None"}}}},
            },
            "components": {"schemas": {
                "Owner": owner,
                "Thing": thing,
                "ErrorBody": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
            }},
        }))
    }

    fn reply(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Reply {
        let header = |(name, value): &(&'static str, &str)| {
            let name = reqwest::header::HeaderName::from_static(name);
            (name, value.parse().unwrap())
        };
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.iter().map(header).collect(),
            bytes: if body.is_null() {
                Vec::new()
            } else {
                body.to_string().into_bytes()
            },
        }
    }

    const GOOD: [(&str, &str); 2] = [("x-kept", "yes"), ("content-type", "application/json")];

    #[test]
    fn a_reply_as_described_is_well() {
        let thing =
            json!({"name": "a", "at": "2026-11-02", "notes": {"any": 1}, "owner": {"name": "b"}});
        let found = contract().problems(&Method::GET, "/api/things/7", &reply(200, &GOOD, &thing));
        assert_eq!(found, Vec::<String>::new());
        let none = contract().problems(
            &Method::GET,
            "/api/things/all",
            &reply(204, &[], &Value::Null),
        );
        assert_eq!(none, Vec::<String>::new());
    }

    #[test]
    fn whatever_is_not_described_is_found() {
        let good = json!({"name": "a"});
        for (method, path, status, headers, body, expected) in [
            ("GET", "/api/other", 200, &GOOD[..], &good, "no route"),
            ("PUT", "/api/things/7", 200, &GOOD, &good, "the method PUT"),
            ("PUT", "/api/things/7", 405, &GOOD, &good, "error"),
            ("GET", "/api/things/7", 409, &GOOD, &good, "the status 409"),
            (
                "GET",
                "/api/things/7",
                200,
                &GOOD[1..],
                &good,
                "the header X-Kept",
            ),
            (
                "GET",
                "/api/things/7",
                200,
                &GOOD[..1],
                &good,
                "the content type ''",
            ),
            ("GET", "/api/things/7", 200, &GOOD, &json!({}), "name"),
            (
                "GET",
                "/api/things/7",
                200,
                &GOOD,
                &json!({"name": "a", "x": 1}),
                "'x'",
            ),
            (
                "GET",
                "/api/things/7",
                200,
                &GOOD,
                &json!({"name": "a", "at": "soon"}),
                "date",
            ),
            (
                "GET",
                "/api/things/7",
                200,
                &GOOD,
                &json!({"name": "a", "owner": {"name": "b", "y": 1}}),
                "/owner",
            ),
            (
                "GET",
                "/api/things/all",
                204,
                &[],
                &good,
                "none is described",
            ),
        ] {
            let found = contract().problems(
                &method.parse().unwrap(),
                path,
                &reply(status, headers, body),
            );
            let all = found.join("; ");
            assert!(
                all.contains(expected),
                "{method} {path} {status} {body}: {all:?}"
            );
        }
    }
}
