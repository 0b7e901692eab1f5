//! Why a passage is in the answer: its marks, its words, its reasons.

use std::collections::HashMap;
use std::ops::Range;

use crate::archive::Passage;
use crate::language::Language;
use crate::query::{Query, QueryTerm};
use crate::text;

/// More words would be a list, not a reason.
const MAX_WORDS: usize = 6;

/// What of a query stands in a passage.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Matches {
    /// Byte ranges in the passage's text, ascending.
    pub(crate) marks: Vec<Range<usize>>,
    /// Words of the text as they stand there, in the order of the query.
    pub(crate) words: Vec<String>,
    /// Words of the title or heading that do not stand in the text.
    pub(crate) above: Vec<String>,
    /// Tags of the document that have a word of the query.
    pub(crate) tags: Vec<String>,
    /// Words that were typed and stand nowhere, and the word here that each is taken for.
    pub(crate) taken_for: Vec<(String, String)>,
}

impl Matches {
    pub(crate) fn find(query: &Query, passage: &Passage) -> Self {
        let find = |text: &str| find_in(query, text, passage.language);
        let (marks, in_text) = find(&passage.text.text());
        let above = format!(
            "{}\n{}",
            passage.title,
            passage.heading.as_deref().unwrap_or("")
        );
        let (_, in_title) = find(&above);
        let words = |found: &dyn Fn(&str) -> Option<String>| -> Vec<String> {
            let mut words: Vec<String> = Vec::new();
            for word in query.terms.iter().filter_map(|term| found(&term.term)) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            words
        };
        let (_, in_tags) = find(&passage.tags);
        let tags = passage.tags.lines().filter(|tag| !find(tag).0.is_empty());
        let taken_for = query.readings.iter().filter_map(|reading| {
            let word = reading.terms.iter().find_map(|QueryTerm { term, .. }| {
                let above = || in_title.get(term).or_else(|| in_tags.get(term));
                in_text.get(term).or_else(above)
            })?;
            Some((reading.typed.clone(), word.clone()))
        });
        Self {
            taken_for: taken_for.collect(),
            tags: tags.map(str::to_owned).collect(),
            marks,
            words: words(&|term| in_text.get(term).cloned()),
            above: words(&|term| {
                in_title
                    .get(term)
                    .filter(|_| !in_text.contains_key(term))
                    .cloned()
            }),
        }
    }

    /// The reasons that these matches are.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.words.is_empty() {
            reasons.push(format!("matched {}", shortened(&self.words)));
        }
        if !self.above.is_empty() {
            reasons.push(format!("title or heading has {}", shortened(&self.above)));
        }
        if !self.tags.is_empty() {
            reasons.push(format!("tagged {}", shortened(&self.tags)));
        }
        let taken_for = |(typed, word): &(String, String)| format!("“{typed}” taken for {word}");
        reasons.extend(self.taken_for.iter().map(taken_for));
        reasons
    }
}

/// Where the query's terms stand in a text, and the first word for each.
fn find_in(
    query: &Query,
    text: &str,
    language: Language,
) -> (Vec<Range<usize>>, HashMap<String, String>) {
    let here = language.into();
    let mut marks = Vec::new();
    let mut words = HashMap::new();
    for token in text::tokens(text, language) {
        let speaks_of_it = |t: &QueryTerm| t.term == token.term && t.languages.meet(here);
        if query.terms.iter().any(speaks_of_it) {
            let word = &text[token.range.clone()];
            words.entry(token.term).or_insert_with(|| word.to_owned());
            marks.push(token.range);
        }
    }
    (marks, words)
}

fn shortened(words: &[String]) -> String {
    let shown = words[..words.len().min(MAX_WORDS)].join(", ");
    if words.len() > MAX_WORDS {
        format!("{shown} …")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synonyms::Synonyms;
    use archivist_domain::{DocumentId, PassageId};
    use uuid::Uuid;

    fn passage(title: &str, heading: Option<&str>, text: &str) -> Passage {
        Passage {
            id: PassageId(Uuid::nil()),
            document: DocumentId(Uuid::nil()),
            ordinal: 0,
            language: Language::English,
            title: title.into(),
            tags: "".into(),
            heading: heading.map(Into::into),
            text: text.to_owned().into(),
        }
    }

    #[test]
    fn marks_point_into_the_text_and_words_stand_in_the_order_of_the_query() {
        let text = "Nine coaches met. Each Coach reads for literacy.";
        let found = Matches::find(
            &Query::parse(
                "literacy coaching",
                &Synonyms::default(),
                &[Language::English],
            ),
            &passage("Plan", None, text),
        );
        let marked: Vec<_> = found.marks.iter().map(|m| &text[m.clone()]).collect();
        assert_eq!(marked, ["coaches", "Coach", "literacy"]);
        assert_eq!(found.reasons(), ["matched literacy, coaches"]);
    }

    #[test]
    fn tags_with_a_word_of_the_query_are_named() {
        let query = Query::parse(
            "literacy for children",
            &Synonyms::default(),
            &[Language::English],
        );
        let tagged = Passage {
            tags: "rural\nEarly Literacy".into(),
            ..passage("", None, "Children read")
        };
        let found = Matches::find(&query, &tagged);
        assert_eq!(
            found.reasons(),
            ["matched Children", "tagged Early Literacy"]
        );
    }

    #[test]
    fn words_of_the_title_are_named_apart() {
        let found = Matches::find(
            &Query::parse(
                "garden budget children",
                &Synonyms::default(),
                &[Language::English],
            ),
            &passage("Garden proposal", Some("Budget"), "Children grow beans."),
        );
        assert_eq!(
            found.reasons(),
            ["matched Children", "title or heading has Garden, Budget"]
        );
    }

    #[test]
    fn long_lists_are_cut() {
        let text = "one two three four five six seven";
        let found = Matches::find(
            &Query::parse(text, &Synonyms::default(), &[Language::English]),
            &passage("", None, text),
        );
        assert_eq!(found.words.len(), 7);
        assert_eq!(
            found.reasons(),
            ["matched one, two, three, four, five, six …"]
        );
    }
}
