//! Values worth trying in a column, as PostgreSQL reads them.

use super::pattern;
use crate::sql::{Token, tokens};

/// Texts longer than this are not made up.
const LONGEST: i64 = 10_000;

/// The constants in conditions.
#[derive(Debug, Default)]
pub(super) struct Constants {
    texts: Vec<String>,
    whole: Vec<i64>,
    fractions: Vec<f64>,
}

impl Constants {
    /// Those of these expressions.
    pub(super) fn of<'a>(expressions: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        for token in expressions.into_iter().filter_map(tokens).flatten() {
            match token {
                Token::Text(text) => {
                    found.number(&text);
                    found.texts.push(text);
                }
                Token::Number(number) => found.number(&number),
                Token::Word(_) | Token::Quoted(_) | Token::Sign(_) => {}
            }
        }
        found
    }

    /// Negative ones are kept with both signs: `-` may stand apart.
    fn number(&mut self, text: &str) {
        if let Ok(whole) = text.parse::<i64>() {
            self.whole.extend([whole, whole.saturating_neg()]);
        } else if let Some(fraction) = text.parse::<f64>().ok().filter(|it| it.is_finite()) {
            self.fractions.extend([fraction, -fraction]);
        }
    }

    /// Whole numbers with their neighbours.
    fn around(&self) -> impl Iterator<Item = i64> {
        self.whole
            .iter()
            .flat_map(|n| [n.saturating_sub(1), *n, n.saturating_add(1)])
    }

    /// The constants that can be a length, with their neighbours.
    fn lengths(&self, longest: i64) -> impl Iterator<Item = usize> {
        self.around()
            .filter(move |n| (0..=longest).contains(n))
            .filter_map(|n| usize::try_from(n).ok())
    }
}

/// Values for a column of this type, ordinary ones first, without duplicates.
/// Not all of them need be valid. None for a type that is not known here, unless
/// the constants hold some.
pub(super) fn for_type(
    data_type: &str,
    labels: Option<&[String]>,
    constants: &Constants,
) -> Vec<String> {
    let mut values = match (labels, data_type.strip_suffix("[]")) {
        (Some(labels), _) => labels.to_vec(),
        (None, Some(element)) => arrays(element, constants),
        (None, None) => plain(&without_modifier(data_type), constants),
    };
    let mut seen = std::collections::HashSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

/// `character varying(50)` and `timestamp(3) without time zone` without what is
/// in brackets.
fn without_modifier(data_type: &str) -> String {
    match (data_type.find('('), data_type.find(')')) {
        (Some(open), Some(close)) => format!("{}{}", &data_type[..open], &data_type[close + 1..]),
        _ => data_type.to_owned(),
    }
}

fn plain(data_type: &str, constants: &Constants) -> Vec<String> {
    match data_type {
        "boolean" => strings(&["false", "true"]),
        "smallint" | "integer" | "bigint" | "oid" => whole_numbers(constants),
        "numeric" | "real" | "double precision" | "money" => numbers(constants),
        "text" | "character varying" | "character" | "\"char\"" | "name" | "citext" => {
            texts(constants)
        }
        "date" | "timestamp without time zone" | "timestamp with time zone" => days(constants),
        "time without time zone" | "time with time zone" => {
            with_texts(&["12:00", "00:00", "23:59:59", "06:30", "18:00"], constants)
        }
        "interval" => intervals(constants),
        "uuid" => with_texts(
            &[
                "00000000-0000-4000-8000-000000000001",
                "00000000-0000-4000-8000-000000000002",
                "00000000-0000-0000-0000-000000000000",
            ],
            constants,
        ),
        "json" | "jsonb" => json(constants),
        "bytea" => bytes(constants),
        "inet" | "cidr" => with_texts(&["192.0.2.1", "2001:db8::1", "0.0.0.0/0"], constants),
        range if range.ends_with("range") => with_texts(
            &["empty", "(,)", "[1,3)", "[2001-01-01,2001-02-01)"],
            constants,
        ),
        _ => constants.texts.clone(),
    }
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn with_texts(values: &[&str], constants: &Constants) -> Vec<String> {
    let mut all = strings(values);
    all.extend(constants.texts.iter().cloned());
    all
}

fn whole_numbers(constants: &Constants) -> Vec<String> {
    let usual = [1, 0, -1, 2, 10, 100];
    let all = usual.into_iter().chain(constants.around());
    let fractions = constants
        .fractions
        .iter()
        .flat_map(|it| [it.floor(), it.ceil()]);
    all.map(|n| n.to_string())
        .chain(fractions.map(|n| n.to_string()))
        .collect()
}

fn numbers(constants: &Constants) -> Vec<String> {
    let mut all = whole_numbers(constants);
    let near = constants
        .fractions
        .iter()
        .flat_map(|n| [n - 0.01, *n, n + 0.01]);
    all.extend(near.chain([0.5, -0.5]).map(|n| n.to_string()));
    all.push("NaN".to_owned());
    all
}

fn texts(constants: &Constants) -> Vec<String> {
    let mut all = strings(&["x", "", " ", "A", "no such label", "0", "é"]);
    for text in &constants.texts {
        all.push(text.clone());
        all.extend([
            text.to_uppercase(),
            text.to_lowercase(),
            format!("x{text}x"),
        ]);
        // What LIKE and regular expressions would match.
        all.push(text.replace('%', "").replace('_', "x"));
        if let Some(sample) = pattern::sample(text) {
            all.extend([format!("{sample}!"), sample.to_uppercase(), sample]);
        }
    }
    all.extend(constants.lengths(LONGEST).map(|length| "x".repeat(length)));
    all
}

fn days(constants: &Constants) -> Vec<String> {
    let mut all = with_texts(
        &[
            "2001-06-15",
            "2001-06-16",
            "2001-06-14",
            "now",
            "yesterday",
            "tomorrow",
            "1900-01-01",
            "2200-12-31",
        ],
        constants,
    );
    all.extend((17..=23).map(|day| format!("2001-06-{day}")));
    for n in constants.around() {
        match n {
            1..=12 => all.push(format!("2001-{n:02}-15")),
            1000..=9999 => all.push(format!("{n}-06-15")),
            _ => {}
        }
    }
    all
}

fn intervals(constants: &Constants) -> Vec<String> {
    let mut all = with_texts(
        &["1 day", "0", "-1 day", "1 second", "1 year", "100 years"],
        constants,
    );
    for text in &constants.texts {
        all.extend([format!("{text} 1 second"), format!("{text} -1 second")]);
    }
    all
}

fn json(constants: &Constants) -> Vec<String> {
    let mut all = strings(&["{}", "[]", "null", "\"x\"", "1", "true", "[1]"]);
    for text in &constants.texts {
        let key = text.replace('\\', "\\\\").replace('"', "\\\"");
        for value in ["\"x\"", "1", "-1", "null", "true", "[]", "{}"] {
            all.push(format!("{{\"{key}\": {value}}}"));
        }
        all.push(format!("\"{key}\""));
    }
    let lists = constants
        .lengths(100)
        .map(|n| format!("[{}]", vec!["1"; n].join(",")));
    all.extend(lists);
    all
}

fn bytes(constants: &Constants) -> Vec<String> {
    let lengths = [0, 1].into_iter().chain(constants.lengths(LONGEST));
    lengths.map(|n| format!("\\x{}", "00".repeat(n))).collect()
}

fn arrays(element: &str, constants: &Constants) -> Vec<String> {
    let mut all = strings(&["{}", "{NULL}"]);
    let quoted =
        |value: &String| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    let elements = for_type(element, None, constants);
    all.extend(
        elements
            .iter()
            .map(|value| format!("{{{}}}", quoted(value))),
    );
    if let Some(first) = elements.first() {
        for length in constants.lengths(100) {
            all.push(format!("{{{}}}", vec![quoted(first); length].join(",")));
        }
        all.push(format!("{{{0},{0}}}", quoted(first)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(data_type: &str, expression: &str) -> Vec<String> {
        for_type(data_type, None, &Constants::of([expression]))
    }

    #[test]
    fn numbers_come_with_their_neighbours() {
        let found = values("integer", "((n >= 5) AND (n < '-20'::integer))");
        for n in ["4", "5", "6", "-20", "-21", "0"] {
            assert!(found.contains(&n.to_owned()), "{n} is not in {found:?}");
        }
        assert!(values("numeric(3,2)", "(n <= 0.75)").contains(&"0.76".to_owned()));
    }

    #[test]
    fn texts_come_as_labels_patterns_and_lengths() {
        let found = values(
            "character varying(9)",
            "(a ~ '^[0-9]{3}$') OR (length(a) < 4)",
        );
        for text in ["000", "xxx", "xxxx", "no such label", ""] {
            assert!(
                found.contains(&text.to_owned()),
                "{text:?} is not in {found:?}"
            );
        }
    }

    #[test]
    fn days_cover_years_and_months() {
        let found = values("date", "(EXTRACT(year FROM d) >= 2000)");
        assert!(found.contains(&"1999-06-15".to_owned()));
        assert!(values("date", "(EXTRACT(month FROM d) <= 6)").contains(&"2001-07-15".to_owned()));
    }

    #[test]
    fn json_and_arrays_use_what_the_condition_names() {
        let found = values("jsonb", "((j ->> 'kind') = 'x')");
        assert!(found.contains(&"{\"kind\": \"x\"}".to_owned()), "{found:?}");
        assert!(
            values("integer[]", "(cardinality(a) < 3)").contains(&"{\"1\",\"1\",\"1\"}".to_owned())
        );
    }

    #[test]
    fn a_type_with_labels_has_only_those() {
        let labels = ["a".to_owned(), "b".to_owned()];
        let found = for_type("mood", Some(&labels), &Constants::of(["m <> 'c'"]));
        assert_eq!(found, labels);
    }
}
