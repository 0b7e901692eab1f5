//! Input in the spellings that clients of the original may send: `"5"` or `5.0`
//! for 5, `"0.5"` for 0.5, `yes`, `1` or `True` for true (contract, 1.3). A number
//! never becomes a text.

use std::fmt;

use serde::Deserializer;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer, Visitor};
use serde_json::{Error, Map, Value};
use serde_path_to_error::Segment;

use crate::error::Step;

/// A value that does not fit: where, and serde's message without the value.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// The way to it.
    pub(crate) at: Vec<Step>,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.at {
            match step {
                Step::Name(name) => write!(f, "{name}: ")?,
                Step::Index(index) => write!(f, "{index}: ")?,
            }
        }
        f.write_str(&self.message)
    }
}

/// Reads a JSON value.
pub(crate) fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, Misfit> {
    read(Lax {
        value,
        form: Form::Json,
    })
}

/// Reads the pairs of a query: all values are texts, repeated names are lists.
/// Where one value is wanted the last one counts; an empty one is none where there
/// may be none.
pub(crate) fn from_pairs<T: DeserializeOwned>(
    pairs: impl Iterator<Item = (String, String)>,
) -> Result<T, Misfit> {
    let mut names = Map::new();
    for (name, text) in pairs {
        let values = names
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(Value::String(text));
        }
    }
    read(Lax {
        value: Value::Object(names),
        form: Form::Pairs,
    })
}

fn read<T: DeserializeOwned>(input: Lax) -> Result<T, Misfit> {
    serde_path_to_error::deserialize(input).map_err(|error| Misfit {
        at: error.path().iter().filter_map(step).collect(),
        message: in_words(&error.into_inner().to_string()),
    })
}

/// serde repeats a value of the wrong type, which may be a secret; what it
/// expected is enough.
fn without_value(message: &str) -> &str {
    let repeats = message.starts_with("invalid type") || message.starts_with("invalid value");
    match message.rfind("expected ") {
        Some(start) if repeats => &message[start..],
        _ => message,
    }
}

/// What serde says, without the value, for people who know no types of Rust.
fn in_words(message: &str) -> String {
    let told = without_value(message);
    if let Some(rest) = told.strip_prefix("unknown variant ") {
        return format!("unknown value {rest}");
    }
    let is_out_of_range = message.starts_with("invalid value");
    let expected = match told.strip_prefix("expected ") {
        Some("u8") if is_out_of_range => "a whole number from 0 to 255",
        Some("u16") if is_out_of_range => "a whole number from 0 to 65535",
        Some("u32") if is_out_of_range => "a whole number from 0 to 4294967295",
        Some("i32") if is_out_of_range => "a whole number from -2147483648 to 2147483647",
        Some("i64") if is_out_of_range => "a smaller whole number",
        Some("u8" | "u16" | "u32" | "u64" | "usize") => "a whole number, 0 or more",
        Some("i8" | "i16" | "i32" | "i64" | "isize") => "a whole number",
        Some("f32" | "f64") => "a number",
        Some("a boolean") => "true or false",
        Some("a sequence") => "a list",
        Some("a map") => "an object",
        Some(kind) if kind.starts_with("struct ") => "an object",
        Some("a formatted UUID string") => AN_ID,
        None if told.starts_with("UUID parsing failed") => AN_ID,
        _ => return told.to_owned(),
    };
    format!("expected {expected}")
}

/// What an id looks like.
const AN_ID: &str = "an id as the API gives them (a UUID: 8-4-4-4-12 letters and digits)";

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Name(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// What the input looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    /// An object of lists of texts.
    Pairs,
}

/// A value to be read with good will.
struct Lax {
    value: Value,
    form: Form,
}

impl Lax {
    /// The one value that is wanted here.
    fn single(self) -> Value {
        match self.value {
            Value::Array(mut values) if self.form == Form::Pairs => {
                values.pop().unwrap_or(Value::Null)
            }
            value => value,
        }
    }
}

/// Reads a boolean as forms and Python send it.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
        "false" | "0" | "no" | "off" | "f" | "n" => Some(false),
        _ => None,
    }
}

fn to_boolean(value: Value) -> Value {
    let read = match &value {
        Value::String(text) => boolean(text),
        Value::Number(number) => match number.as_f64() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
        _ => None,
    };
    read.map_or(value, Value::Bool)
}

fn to_integer(value: Value) -> Value {
    let whole = match &value {
        Value::Number(number) if number.is_f64() => number.as_f64().and_then(integral),
        Value::String(text) => match text.trim().parse() {
            Ok(number) => Some(number),
            Err(_) => text.trim().parse().ok().and_then(integral),
        },
        _ => None,
    };
    whole.map_or(value, Value::from)
}

/// The integer that a number without a fraction is.
#[expect(
    clippy::cast_possible_truncation,
    reason = "within 2^53, and without a fraction"
)]
fn integral(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn to_float(value: Value) -> Value {
    let read = match &value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    // NaN and infinity have no JSON: they stay the text that they are.
    read.and_then(serde_json::Number::from_f64)
        .map_or(value, Value::Number)
}

macro_rules! coerced {
    ($by:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            $by(self.single()).$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Lax {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let form = self.form;
        let inner = move |value| Self { value, form };
        match self.value {
            Value::Object(map) => {
                let pairs = map.into_iter().map(|(name, value)| (name, inner(value)));
                visitor.visit_map(MapDeserializer::new(pairs))
            }
            Value::Array(values) if form == Form::Json => {
                visitor.visit_seq(SeqDeserializer::new(values.into_iter().map(inner)))
            }
            value => Self { value, form }.single().deserialize_any(visitor),
        }
    }

    coerced!(to_boolean: deserialize_bool);
    coerced!(to_integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
                         deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    coerced!(to_float: deserialize_f32 deserialize_f64);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let is_none = match &self.value {
            Value::Null => true,
            Value::Array(values) if self.form == Form::Pairs => {
                values.iter().all(|value| value == "")
            }
            _ => false,
        };
        if is_none {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(values) => {
                let form = self.form;
                let values = values.into_iter().map(|value| Self { value, form });
                visitor.visit_seq(SeqDeserializer::new(values))
            }
            value => value.deserialize_seq(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.single().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct
        identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Lax {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wish {
        count: u32,
        #[serde(default)]
        weight: Option<f64>,
        #[serde(default)]
        fresh: bool,
        #[serde(default)]
        years: Vec<i32>,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        id: Option<uuid::Uuid>,
    }

    fn body(value: Value) -> Result<Wish, Misfit> {
        from_json(value)
    }

    fn query(pairs: &[(&str, &str)]) -> Result<Wish, Misfit> {
        let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        from_pairs(pairs.iter().map(own))
    }

    #[test]
    fn a_value_of_the_wrong_type_is_not_repeated() {
        let message = "invalid type: string \"Secret, expected 1!\", expected u32";
        assert_eq!(without_value(message), "expected u32");
        let message = "unknown variant `boss`, expected one of `writer`, `editor`";
        assert_eq!(without_value(message), message);
    }

    #[test]
    fn what_is_expected_is_told_without_types_of_rust() {
        for (message, told) in [
            ("expected usize", "expected a whole number, 0 or more"),
            ("expected i64", "expected a whole number"),
            ("expected f32", "expected a number"),
            ("expected a boolean", "expected true or false"),
            ("expected a sequence", "expected a list"),
            ("expected a map", "expected an object"),
            ("expected struct Filters", "expected an object"),
            ("expected a string", "expected a string"),
            (
                "invalid value: integer `-1`, expected u32",
                "expected a whole number from 0 to 4294967295",
            ),
            (
                "unknown variant `foo`, expected `year` or `title`",
                "unknown value `foo`, expected `year` or `title`",
            ),
        ] {
            assert_eq!(in_words(message), told);
        }
        let wish = query(&[("id", "abc"), ("count", "1")]).unwrap_err();
        assert!(wish.message.starts_with("expected an id"), "{wish}");
        let bounds = "expected a whole number from 0 to 4294967295";
        for count in ["-1", "4294967296", "1e15"] {
            let wish = query(&[("count", count)]).unwrap_err();
            assert_eq!(wish.message, bounds, "{count}");
        }
    }

    #[test]
    fn numbers_may_be_texts_and_integers_may_have_a_point() {
        for count in [json!(5), json!("5"), json!(5.0), json!(" 5 "), json!("5.0")] {
            assert_eq!(body(json!({ "count": count })).unwrap().count, 5, "{count}");
        }
        let wish = body(json!({ "count": 1, "weight": "0.5", "years": ["2024", 2025.0] })).unwrap();
        assert_eq!((wish.weight, wish.years), (Some(0.5), vec![2024, 2025]));
    }

    #[test]
    fn what_is_no_integer_is_refused() {
        for count in [
            json!(5.5),
            json!("5.5"),
            json!("five"),
            json!(-1),
            json!(1e20),
            json!(""),
        ] {
            let misfit = body(json!({ "count": count })).unwrap_err();
            assert_eq!(misfit.at, [Step::Name("count".to_owned())], "{count}");
        }
        assert!(body(json!({ "count": 1, "weight": "NaN" })).is_err());
    }

    #[test]
    fn booleans_have_many_spellings() {
        for (spelling, is) in [
            (json!("True"), true),
            (json!(1), true),
            (json!("on"), true),
            (json!(0), false),
            (json!("NO"), false),
            (json!(false), false),
        ] {
            let wish = body(json!({ "count": 1, "fresh": spelling })).unwrap();
            assert_eq!(wish.fresh, is, "{spelling}");
        }
        assert!(body(json!({ "count": 1, "fresh": "perhaps" })).is_err());
        assert!(body(json!({ "count": 1, "fresh": 2 })).is_err());
        assert_eq!(boolean(""), None);
    }

    #[test]
    fn numbers_are_no_texts() {
        assert!(body(json!({ "count": 1, "name": 7 })).is_err());
    }

    #[test]
    fn the_way_to_what_does_not_fit_is_told() {
        let misfit = body(json!({ "count": 1, "years": [2024, "soon"] })).unwrap_err();
        assert_eq!(misfit.at, [Step::Name("years".to_owned()), Step::Index(1)]);
    }

    #[test]
    fn a_query_has_lists_and_single_values() {
        let wish = query(&[
            ("count", "3"),
            ("count", "4"),
            ("fresh", "True"),
            ("years", "2024"),
            ("years", "2025"),
            ("weight", ""),
            ("name", "7"),
            ("other", "ignored"),
        ]);
        let expected = Wish {
            count: 4,
            weight: None,
            fresh: true,
            years: vec![2024, 2025],
            name: Some("7".to_owned()),
            id: None,
        };
        assert_eq!(wish.unwrap(), expected);
        assert!(query(&[("count", "")]).is_err());
    }
}
