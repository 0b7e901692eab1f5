//! Examples of whole bodies, composed of the examples that their fields give.

use serde_json::{Map, Value, json};

/// An id, where a field gives none.
const ID: &str = "0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10";

/// How deep bodies are shown: deeper than any of ours, so that one that holds itself
/// has an end.
const MAX_DEPTH: usize = 12;

/// A value of a schema of this document; `None` where a text in it has no example.
pub(super) fn of(document: &Value, schema: &Value) -> Option<Value> {
    Composer { document }.value(schema, MAX_DEPTH)
}

struct Composer<'a> {
    document: &'a Value,
}

impl Composer<'_> {
    fn value(&self, schema: &Value, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        if let Some(example) = given(schema) {
            return Some(example);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.document.pointer(reference.trim_start_matches('#'))?;
            return self.value(target, depth);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.merged(parts, depth);
        }
        let choices = ["oneOf", "anyOf"]
            .iter()
            .find_map(|key| schema[*key].as_array());
        if let Some(choices) = choices {
            let mut values = choices.iter().filter(|choice| choice["type"] != "null");
            return self.value(values.next()?, depth);
        }
        self.plain(schema, depth)
    }

    fn plain(&self, schema: &Value, depth: usize) -> Option<Value> {
        let least = schema["minimum"].as_i64().unwrap_or(1).max(1);
        match type_of(schema)? {
            // Anything or nothing.
            "object" if schema.get("properties").is_none() && may_be_null(schema) => {
                Some(Value::Null)
            }
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "boolean" => Some(json!(true)),
            "integer" => Some(json!(least)),
            "number" => Some(json!(0.5)),
            "null" => Some(Value::Null),
            "string" if schema["contentSchema"].is_object() => {
                let inside = self.value(&schema["contentSchema"], depth)?;
                Some(Value::String(inside.to_string()))
            }
            "string" => match schema["format"].as_str()? {
                "uuid" => Some(json!(ID)),
                "date" => Some(json!("2026-11-02")),
                _ => None,
            },
            _ => None,
        }
    }

    fn array(&self, schema: &Value, depth: usize) -> Option<Value> {
        let items = match schema["prefixItems"].as_array() {
            Some(places) => places.as_slice(),
            None => std::slice::from_ref(&schema["items"]),
        };
        let items = items.iter().map(|item| self.value(item, depth));
        items.collect::<Option<_>>().map(Value::Array)
    }

    fn object(&self, schema: &Value, depth: usize) -> Option<Value> {
        let mut object = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let is_year = name == "year" && given(field).is_none();
            let value = if is_year {
                json!(2024)
            } else {
                self.value(field, depth)?
            };
            object.insert(name.clone(), value);
        }
        Some(Value::Object(object))
    }

    fn merged(&self, parts: &[Value], depth: usize) -> Option<Value> {
        if let [only] = parts {
            return self.value(only, depth);
        }
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = self.value(part, depth)? {
                whole.extend(fields);
            }
        }
        Some(Value::Object(whole))
    }
}

/// What the schema itself gives: an example, or the first of a few values.
fn given(schema: &Value) -> Option<Value> {
    let first = |key: &str| schema[key].as_array().and_then(|all| all.first()).cloned();
    let example = schema.get("example").cloned();
    example
        .or_else(|| first("examples"))
        .or_else(|| schema.get("default").cloned())
        .or_else(|| schema.get("const").cloned())
        .or_else(|| first("enum"))
}

fn may_be_null(schema: &Value) -> bool {
    let types = schema["type"].as_array();
    types.is_some_and(|types| types.contains(&json!("null")))
}

/// The type, of several the first that is a value.
fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|it| *it != "null"),
        only => only.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({"components": {"schemas": {
            "Kind": {"type": "string", "enum": ["plan", "report"]},
            "Owner": {"type": "object", "properties": {"name": {"type": "string", "example": "Ana"}}},
            "Nameless": {"type": "object", "properties": {"name": {"type": "string"}}},
            "Endless": {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/Endless"}}},
        }}})
    }

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn a_body_is_made_of_its_fields_examples() {
        let schema = json!({"allOf": [reference("Owner"), {"type": "object", "properties": {
            "kind": {"oneOf": [{"type": "null"}, reference("Kind")]},
            "id": {"type": ["string", "null"], "format": "uuid"},
            "pages": {"type": "array", "items": {"type": "integer", "minimum": 3}},
            "limit": {"type": "integer", "default": 5},
        }}]});
        assert_eq!(
            of(&document(), &schema),
            Some(json!({"name": "Ana", "kind": "plan", "id": ID, "pages": [3], "limit": 5}))
        );
    }

    #[test]
    fn a_text_that_holds_json_shows_some() {
        let schema = json!({"type": "string", "contentSchema": reference("Owner")});
        assert_eq!(of(&document(), &schema), Some(json!("{\"name\":\"Ana\"}")));
    }

    #[test]
    fn a_text_without_an_example_has_none() {
        assert_eq!(of(&document(), &reference("Nameless")), None);
        assert_eq!(of(&document(), &reference("Endless")), None);
    }
}
