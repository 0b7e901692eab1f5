//! What the log may tell of a thing.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Names and values.
pub(crate) type Facts = Map<String, Value>;

/// A thing whose changes are written down.
pub(crate) trait Subject {
    /// What kind of thing it is: `document`, `output`, …
    const ENTITY: &'static str;

    /// Which one it is.
    fn id(&self) -> Uuid;

    /// Its fields as the log may show them: no secret, and of long texts no more
    /// than their [`mark`].
    fn facts(&self) -> Facts;
}

/// Facts from pairs.
pub(crate) fn facts<const N: usize>(pairs: [(&str, Value); N]) -> Facts {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

/// Stands for a text that the log must not hold: it tells whether it has changed, and
/// whether a text that somebody shows is the one.
pub(crate) fn mark(text: &str) -> Value {
    let mut sha256 = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a text never fails.
        let _ = write!(sha256, "{byte:02x}");
    }
    json!({ "sha256": sha256, "characters": text.chars().count() })
}

/// What differs, before and after.
pub(crate) fn difference(mut before: Facts, mut after: Facts) -> (Facts, Facts) {
    before.retain(|name, was| match after.get(name) {
        Some(is) if is == was => {
            after.remove(name);
            false
        }
        _ => true,
    });
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_changed_is_told() {
        let before = facts([("name", json!("Meals")), ("active", json!(true))]);
        let after = facts([("name", json!("Shared Meals")), ("active", json!(true))]);
        let (before, after) = difference(before, after);
        assert_eq!(Value::from(before), json!({ "name": "Meals" }));
        assert_eq!(Value::from(after), json!({ "name": "Shared Meals" }));
    }

    #[test]
    fn a_mark_tells_texts_apart_and_holds_neither() {
        let (one, other) = (mark("Größe"), mark("Grösse"));
        assert_ne!(one, other);
        assert_eq!(one["characters"], 5);
        assert!(!one.to_string().contains("Gr"));
    }
}
