//! What people type into a search: words, wordings in quotation marks, and conditions
//! such as `year:2024`.

use std::ops::{Range, RangeInclusive};

use archivist_domain::{DocType, Outcome};

use crate::records::{Filters, SearchRequest};
use crate::synonyms::Synonyms;
use crate::text::{self, fold_name};

/// What a condition is called.
const NAMES: [&str; 6] = ["type", "year", "program", "outcome", "tag", "funder"];

/// What begins what is to stand in a passage as it is.
const OPENING: [char; 4] = ['"', '“', '”', '„'];

/// The years that a span without an end reaches.
const YEARS: RangeInclusive<i32> = 1900..=2100;

/// A part of a search that makes no sense; for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// A condition that is not to hold.
    #[error(
        "a minus goes with words and wordings, not with '{0}:': write -garden or -\"twice a week\""
    )]
    UnwantedCondition(&'static str),
    /// No year.
    #[error("'year:{0}' is no year: write year:2024, year:2022-2024 or year:2022-")]
    Year(String),
    /// A span of years that ends before it begins.
    #[error("'year:{given}' ends before it begins: write year:{last}-{first}")]
    Backwards {
        /// What was typed.
        given: String,
        /// Its first year.
        first: i32,
        /// Its last.
        last: i32,
    },
    /// A label that does not exist.
    #[error("'{name}:{given}' is unknown: use one of {}", expected.join(", "))]
    Label {
        /// The condition.
        name: &'static str,
        /// What was typed.
        given: String,
        /// What can be.
        expected: &'static [&'static str],
    },
}

/// A part of a search that was read in another way than it may have been meant; for the person who
/// typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Hint {
    /// No condition is called so.
    #[error(
        "“{0}:” is no condition and was looked for as a word: conditions are type:, year:, \
         program:, outcome:, tag: and funder:"
    )]
    UnknownCondition(String),
    /// A quotation mark has no other.
    #[error(
        "the quotation mark before “{0}” is never closed: the words after it were looked for each \
         by itself"
    )]
    OpenQuotation(String),
}

/// What a person may not expect of how a search is read that makes sense.
pub fn hints(text: &str) -> Vec<Hint> {
    let read_as_words = |part: &Part<'_>| part.name.is_none() && !part.is_quoted;
    let words = parts(text).into_iter().filter(read_as_words);
    let hints = words.filter_map(|part| {
        let unknown = unknown_condition(part.value).map(Hint::UnknownCondition);
        let open = || part.value.strip_prefix(OPENING).map(str::to_owned);
        unknown.or_else(|| open().map(Hint::OpenQuotation))
    });
    hints.collect()
}

/// What stands before the colon of a word as the name of a condition would; it is none of an
/// address.
fn unknown_condition(word: &str) -> Option<String> {
    let (name, value) = word.split_once(':')?;
    let is_name = name.chars().nth(1).is_some()
        && name
            .chars()
            .all(|c| c.is_alphabetic() || c == '_' || c == '-');
    let has_value = value.starts_with(|c: char| c.is_alphanumeric() || OPENING.contains(&c));
    (is_name && has_value).then(|| name.to_owned())
}

/// A word, or what stands in quotation marks, with the condition's name before it.
#[derive(Debug, PartialEq)]
struct Part<'a> {
    name: Option<&'static str>,
    value: &'a str,
    is_quoted: bool,
    /// Passages with it are to be left out.
    is_unwanted: bool,
}

impl SearchRequest {
    /// Reads a search as people type it. `"in quotation marks"` must stand in a passage as
    /// it is; `type:`, `year:`, `program:`, `outcome:`, `tag:` and `funder:` are
    /// conditions, several of one name alternatives. A name that nothing follows is a
    /// word like others. What has a `-` or a `NOT` before it must not stand in a passage. Where
    /// nothing else is typed, whatever is so is listed ([`Self::lists_all`]).
    pub fn typed(text: &str) -> Result<Self, NotUnderstood> {
        let mut request = Self::default();
        let unrestricted = Filters {
            include_superseded: true,
            ..Filters::default()
        };
        let mut conditions = unrestricted.clone();
        let mut words: Vec<&str> = Vec::new();
        for part in parts(text) {
            if let Some(name) = part.name {
                if part.is_unwanted {
                    return Err(NotUnderstood::UnwantedCondition(name));
                }
                condition(&mut conditions, name, part.value)?;
                continue;
            }
            if part.is_unwanted {
                request.unwanted.push(part.value.to_owned());
                continue;
            }
            if part.is_quoted {
                request.phrases.push(part.value.to_owned());
            }
            words.push(part.value);
        }
        let is_restricted = conditions != unrestricted;
        if is_restricted {
            request.conditions = Some(conditions);
        }
        request.text = words.join(" ");
        let is_filtered = is_restricted || !request.unwanted.is_empty();
        let says_something = Synonyms::can_be_searched_for(&request.text);
        if is_filtered && request.phrases.is_empty() && !says_something {
            request.text.clear();
        }
        request.typed = Some(text.to_owned());
        Ok(request)
    }
}

/// The names that stand for those that were typed: such as nothing is called by stand for all that have
/// their words, *literacy* for *Early Literacy*.
pub fn names_meant(typed: &[String], known: &[String]) -> Vec<String> {
    let meant = |name: &String| -> Vec<String> {
        let words = text::wording(&fold_name(name));
        let is_called = known
            .iter()
            .any(|known| fold_name(known) == fold_name(name));
        let has_words = |known: &&String| {
            let known = text::wording(&fold_name(known));
            !words.is_empty() && known.windows(words.len()).any(|row| row == words)
        };
        let having: Vec<String> = known.iter().filter(has_words).cloned().collect();
        if is_called || having.is_empty() {
            vec![name.clone()]
        } else {
            having
        }
    };
    typed.iter().flat_map(meant).collect()
}

/// Where in a search as it was typed the values of conditions stand, in bytes.
pub(crate) fn conditions(text: &str) -> Vec<Range<usize>> {
    let conditions = parts(text).into_iter().filter(|part| part.name.is_some());
    let range = |part: Part<'_>| {
        // A part borrows from the text.
        let start = part.value.as_ptr().addr() - text.as_ptr().addr();
        start..start + part.value.len()
    };
    conditions.map(range).collect()
}

fn condition(to: &mut Filters, name: &'static str, value: &str) -> Result<(), NotUnderstood> {
    match name {
        "type" => to
            .doc_types
            .extend(labelled(name, value, DocType::ALL, DocType::LABELS)?),
        "outcome" => to
            .outcomes
            .extend(labelled(name, value, Outcome::ALL, Outcome::LABELS)?),
        "year" => to.years.extend(years(value)?),
        "program" => to.programs.push(value.to_owned()),
        "tag" => to.tags.push(value.to_owned()),
        _ => to.funders.push(value.to_owned()),
    }
    Ok(())
}

/// The value whose label this is, whatever its case and hyphens; else all whose labels have
/// these words.
fn labelled<T: Copy>(
    name: &'static str,
    given: &str,
    all: &[T],
    labels: &'static [&'static str],
) -> Result<Vec<T>, NotUnderstood> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], " ");
    let wanted = plain(given);
    let those = |matches: &dyn Fn(&str) -> bool| -> Vec<T> {
        let labels = all.iter().zip(labels);
        labels
            .filter(|(_, label)| matches(&plain(label)))
            .map(|(value, _)| *value)
            .collect()
    };
    let exact = those(&|label| label == wanted);
    let found = if exact.is_empty() {
        those(&|label| label.split(' ').any(|word| word == wanted))
    } else {
        exact
    };
    if found.is_empty() {
        return Err(NotUnderstood::Label {
            name,
            given: given.to_owned(),
            expected: labels,
        });
    }
    Ok(found)
}

/// `2024`, `2022-2024` (also with `..` or a dash), `2022-` and `-2022`.
fn years(value: &str) -> Result<RangeInclusive<i32>, NotUnderstood> {
    let year = |text: &str| {
        let year = text.parse().ok().filter(|year| YEARS.contains(year));
        let year = year.filter(|_| text.len() == 4);
        year.ok_or_else(|| NotUnderstood::Year(value.to_owned()))
    };
    let span = value
        .split_once("..")
        .or_else(|| value.split_once(['-', '–']));
    match span {
        None => year(value).map(|one| one..=one),
        Some((first, "")) => Ok(year(first)?..=*YEARS.end()),
        Some(("", last)) => Ok(*YEARS.start()..=year(last)?),
        Some((first, last)) => {
            let (first, last) = (year(first)?, year(last)?);
            if last < first {
                let given = value.to_owned();
                return Err(NotUnderstood::Backwards { given, first, last });
            }
            Ok(first..=last)
        }
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    let is_shouted = !text.contains(char::is_lowercase);
    while !rest.is_empty() {
        let unwanted = after_not(rest, is_shouted);
        let (name, after) = name_before(unwanted.unwrap_or(rest));
        let (value, is_quoted, left) = value_of(after);
        if !value.trim().is_empty() {
            parts.push(Part {
                name,
                value,
                is_quoted,
                is_unwanted: unwanted.is_some(),
            });
        }
        rest = left.trim_start();
    }
    parts
}

/// What follows a `-` or a `NOT` that begins a text: a word or a quotation mark. Where all is in
/// capitals, `NOT` is a word like others.
fn after_not(text: &str, is_shouted: bool) -> Option<&str> {
    let follows =
        |rest: &&str| rest.starts_with(|c: char| c.is_alphabetic() || OPENING.contains(&c));
    let after_minus = text.strip_prefix('-');
    let after_word = || text.strip_prefix("NOT ").map(str::trim_start);
    let after_word = || after_word().filter(|_| !is_shouted);
    after_minus.or_else(after_word).filter(follows)
}

/// The condition that begins a text, and what follows its colon.
fn name_before(text: &str) -> (Option<&'static str>, &str) {
    let Some((before, after)) = text.split_once(':') else {
        return (None, text);
    };
    let name = NAMES
        .into_iter()
        .find(|name| before.eq_ignore_ascii_case(name));
    let has_value = after.starts_with(|c: char| !c.is_whitespace());
    match name {
        Some(name) if has_value => (Some(name), after),
        _ => (None, text),
    }
}

/// The text up to the next space, or what stands in the quotation marks that begin it; and
/// what is left. A mark that is never closed is a character like others.
fn value_of(text: &str) -> (&str, bool, &str) {
    let opened = text.strip_prefix(OPENING);
    if let Some((value, left)) = opened.and_then(|inside| inside.split_once(['"', '“', '”'])) {
        return (value, true, left);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (value, left) = text.split_at(end);
    (value, false, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nothing_is_called_by_stand_for_those_with_their_words() {
        let known = [
            "Early Literacy",
            "Literacy for Adults",
            "Meals",
            "rural-youth",
        ];
        let known = known.map(str::to_owned);
        for (typed, expected) in [
            ("literacy", &["Early Literacy", "Literacy for Adults"][..]),
            ("EARLY literacy", &["EARLY literacy"]),
            ("adults", &["Literacy for Adults"]),
            ("youth", &["rural-youth"]),
            ("rural youth", &["rural youth"]),
            ("meal", &["meal"]),
            ("literacy meals", &["literacy meals"]),
            ("—", &["—"]),
        ] {
            assert_eq!(
                names_meant(&[typed.to_owned()], &known),
                expected,
                "{typed}"
            );
        }
        let both = ["meals", "literacy"].map(str::to_owned);
        assert_eq!(names_meant(&both, &known).len(), 3);
    }

    fn conditions(text: &str) -> Filters {
        let request = SearchRequest::typed(&format!("boats {text}")).unwrap();
        assert_eq!(request.text, "boats");
        request.conditions.expect("there are some")
    }

    #[test]
    fn words_and_wordings_are_told_apart() {
        let request = SearchRequest::typed("how “ferry captains” teach \"in winter\"").unwrap();
        assert_eq!(request.text, "how ferry captains teach in winter");
        assert_eq!(request.phrases, ["ferry captains", "in winter"]);
        assert_eq!(request.conditions, None);
        let open = SearchRequest::typed("a 5\" pipe and \"half a").unwrap();
        assert_eq!(
            (open.phrases.len(), open.text.as_str()),
            (0, "a 5\" pipe and \"half a")
        );
    }

    #[test]
    fn conditions_are_read_in_any_case_and_quoted() {
        let found = conditions(
            "TYPE:grant-proposal outcome:funded tag:rural program:\"Early Literacy\" funder:trust",
        );
        assert_eq!(found.doc_types, [DocType::GrantProposal]);
        assert_eq!(found.outcomes, [Outcome::Funded], "and not 'Not Funded'");
        assert_eq!(found.tags, ["rural"]);
        assert_eq!(found.programs, ["Early Literacy"]);
        assert_eq!(found.funders, ["trust"]);
        assert!(
            conditions("type:report").doc_types.len() > 1,
            "any kind of report"
        );
    }

    #[test]
    fn years_can_be_spans() {
        assert_eq!(conditions("year:2024 year:2019").years, [2024, 2019]);
        for span in ["2022-2024", "2022..2024", "2022–2024"] {
            assert_eq!(
                conditions(&format!("year:{span}")).years,
                [2022, 2023, 2024]
            );
        }
        assert_eq!(conditions("year:2099-").years, [2099, 2100]);
        assert_eq!(conditions("year:-1901").years, [1900, 1901]);
    }

    #[test]
    fn what_has_a_not_before_it_is_left_out() {
        let request = SearchRequest::typed("boats -ferry NOT winter -\"twice a week\"").unwrap();
        assert_eq!(request.text, "boats");
        assert_eq!(request.unwanted, ["ferry", "winter", "twice a week"]);
        for text in ["well-known - boats", "-5 degrees", "NOT", "do not ferry"] {
            let request = SearchRequest::typed(text).unwrap();
            assert_eq!((request.unwanted.len(), request.text.as_str()), (0, text));
        }
        let shouted = SearchRequest::typed("WHAT IS NOT FUNDED").unwrap();
        assert_eq!(shouted.unwanted.len(), 0);
        let error = SearchRequest::typed("boats -tag:rural").unwrap_err();
        assert_eq!(error, NotUnderstood::UnwantedCondition("tag"));
    }

    #[test]
    fn what_only_looks_like_a_condition_is_words() {
        for text in [
            "year: 2024 in brief",
            "https://example.org",
            "goal: read",
            "type:",
        ] {
            let request = SearchRequest::typed(text).unwrap();
            assert_eq!((request.conditions, request.text.as_str()), (None, text));
        }
    }

    #[test]
    fn what_may_have_been_meant_otherwise_is_told() {
        let hints = |text| hints(text).into_iter();
        let unknown = |text: &str| Hint::UnknownCondition(text.to_owned());
        let open = |text: &str| Hint::OpenQuotation(text.to_owned());
        for (text, told) in [
            ("boats author:Rivera", vec![unknown("author")]),
            (
                "tipo:informe año:2024",
                vec![unknown("tipo"), unknown("año")],
            ),
            ("section:\"needs statement\"", vec![unknown("section")]),
            ("\"twice a week", vec![open("twice")]),
            ("\"ferry captains\" \"in winter", vec![open("in")]),
            ("type:report \"see author:Rivera\"", vec![]),
            ("https://example.org goal: read at 10:30 a:b", vec![]),
            ("a 5\" pipe", vec![]),
        ] {
            assert_eq!(hints(text).collect::<Vec<_>>(), told, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for year in ["soon", "24", "2024-soon", "12345"] {
            let error = SearchRequest::typed(&format!("x year:{year}")).unwrap_err();
            assert_eq!(error, NotUnderstood::Year(year.to_owned()));
        }
        let backwards = SearchRequest::typed("x year:2024..2022").unwrap_err();
        assert_eq!(
            backwards.to_string(),
            "'year:2024..2022' ends before it begins: write year:2022-2024"
        );
        let error = SearchRequest::typed("x type:poem").unwrap_err().to_string();
        assert!(
            error.contains("'type:poem'") && error.contains("Grant Proposal"),
            "{error}"
        );
    }

    #[test]
    fn conditions_alone_list_whatever_is_so() {
        for (text, lists) in [
            ("outcome:funded", true),
            ("-ferry", true),
            ("year:2024 -\"twice a week\"", true),
            ("the year:2024 ?", true),
            ("\"of the\" year:2024", false),
            ("boats year:2024", false),
            ("boats", false),
            ("", false),
        ] {
            let request = SearchRequest::typed(text).unwrap();
            assert_eq!(request.lists_all(), lists, "{text}");
        }
    }
}
