//! JSON as old rows hold it.

use serde_json::Value;

/// The value itself, where a column holds it as a text of JSON: some old rows do.
pub(crate) fn decoded(value: Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}

/// A list of texts; what is none is left out.
pub(crate) fn texts(value: Option<Value>) -> Vec<String> {
    match value.map(decoded) {
        Some(Value::Array(items)) => items.into_iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn d_17_lists_are_read_in_whichever_way_they_were_written() {
        let list = Some(json!(["a", 1, "b"]));
        assert_eq!(texts(list), ["a", "b"]);
        assert_eq!(texts(Some(json!("[\"a\"]"))), ["a"]);
        for none in [None, Some(Value::Null), Some(json!("a")), Some(json!({}))] {
            assert!(texts(none).is_empty());
        }
    }

    #[test]
    fn a_text_that_is_no_json_stays_one() {
        assert_eq!(decoded(json!("plain")), json!("plain"));
        assert_eq!(decoded(json!("{\"a\": 1}")), json!({"a": 1}));
    }
}
