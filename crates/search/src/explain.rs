//! Why a passage is in the answer: its marks, its words, its reasons.

use std::collections::HashMap;
use std::ops::Range;

use crate::archive::Passage;
use crate::language::Language;
use crate::query::{Query, QueryTerm};
use crate::text::{self, FirstBytes};
use crate::wordings;

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
    /// Tags of the document that have a word of the query, and its funder if that has.
    pub(crate) labels: Vec<String>,
    /// Words that were typed and stand nowhere, and the word here that each is taken for.
    pub(crate) taken_for: Vec<(String, String)>,
    /// Wordings that were typed, and those of the passage that mean the same.
    pub(crate) stands_for: Vec<(String, String)>,
}

impl Matches {
    pub(crate) fn find(query: &Query, passage: &Passage) -> Self {
        let text = passage.text.text();
        let above = format!(
            "{}\n{}",
            passage.title,
            passage.heading.as_deref().unwrap_or("")
        );
        let first_bytes = FirstBytes::of(query.terms.iter().map(|term| term.term.as_str()));
        let find = |text| Found::of((query, &first_bytes), text, passage.language);
        let (in_text, above, in_labels) = (find(&text), find(&above), find(&passage.tags));
        let fields = [&in_text, &above, &in_labels];
        let word_of = |term: &str| fields.iter().find_map(|found| found.words.get(term));
        let stands = |wording: &Vec<String>| fields.iter().any(|found| found.in_a_row(wording));
        let counts = |term: &&QueryTerm| term.beside.is_empty() || term.beside.iter().any(stands);
        let counting: Vec<&QueryTerm> = query.terms.iter().filter(counts).collect();
        let labels = passage.tags.lines();
        let labels = labels.filter(|label| !find(label).ranges(&counting).is_empty());
        let taken_for = query.readings.iter().filter_map(|reading| {
            let word = reading.terms.iter().find_map(|term| word_of(&term.term))?;
            Some((reading.typed.clone(), word.clone()))
        });
        let mut taken_for: Vec<(String, String)> = taken_for.collect();
        taken_for.dedup();
        let synonyms = query.synonyms.iter();
        let synonyms = synonyms.filter(|synonym| stands(&synonym.terms));
        Self {
            taken_for,
            stands_for: synonyms
                .map(|synonym| (synonym.typed.clone(), synonym.wording.clone()))
                .collect(),
            labels: labels.map(str::to_owned).collect(),
            marks: in_text.ranges(&counting),
            words: in_text.words(&counting),
            above: above.without(&in_text).words(&counting),
        }
    }

    /// The reasons that these matches are in a document for this funder.
    pub(crate) fn reasons(&self, funder: Option<&str>) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.words.is_empty() {
            reasons.push(format!("matched {}", shortened(&self.words)));
        }
        if !self.above.is_empty() {
            reasons.push(format!("title or heading has {}", shortened(&self.above)));
        }
        let (funder, tags): (Vec<&String>, Vec<&String>) = self
            .labels
            .iter()
            .partition(|label| funder == Some(label.as_str()));
        if !tags.is_empty() {
            reasons.push(format!("tagged {}", shortened(&tags)));
        }
        reasons.extend(funder.first().map(|funder| format!("for {funder}")));
        let taken_for = |(typed, word): &(String, String)| format!("“{typed}” taken for {word}");
        reasons.extend(self.taken_for.iter().map(taken_for));
        let stands_for =
            |(typed, wording): &(String, String)| format!("“{wording}” stands for {typed}");
        reasons.extend(self.stands_for.iter().map(stands_for));
        reasons
    }
}

/// Where terms of a query stand in a text.
struct Found<'a> {
    text: &'a str,
    language: Language,
    /// Each with its place, ascending.
    places: Vec<(String, Range<usize>)>,
    /// The first word for each term.
    words: HashMap<String, String>,
}

impl<'a> Found<'a> {
    fn of((query, first_bytes): (&Query, &FirstBytes), text: &'a str, language: Language) -> Self {
        let here = language.into();
        let mut found = Self {
            text,
            language,
            places: Vec::new(),
            words: HashMap::new(),
        };
        // Stemmers of other languages may take letters from the beginning, too, and what is beyond
        // ASCII may be folded to another letter.
        let may_be_of_it = |word: &str| {
            language != Language::English
                || !word.is_ascii()
                || first_bytes.may_begin(word.as_bytes())
        };
        for token in text::each_token_of(text, language, may_be_of_it) {
            let speaks_of_it = |t: &QueryTerm| t.term == token.term && t.languages.meet(here);
            if query.terms.iter().any(speaks_of_it) {
                let word = || text[token.range.clone()].to_owned();
                found.words.entry(token.term.clone()).or_insert_with(word);
                found.places.push((token.term, token.range));
            }
        }
        found
    }

    /// The same without the terms that were found elsewhere.
    fn without(mut self, other: &Self) -> Self {
        self.words.retain(|term, _| !other.words.contains_key(term));
        self
    }

    /// Whether these terms stand in a row, but for words that say nothing.
    fn in_a_row(&self, terms: &[String]) -> bool {
        self.places.windows(terms.len().max(1)).any(|row| {
            let found: Vec<&str> = row.iter().map(|(term, _)| term.as_str()).collect();
            wordings::are_those(&found, terms)
                && row.windows(2).all(|pair| {
                    let between = &self.text[pair[0].1.end..pair[1].1.start];
                    text::each_token(between, self.language).next().is_none()
                })
        })
    }

    /// Where these terms stand.
    fn ranges(&self, terms: &[&QueryTerm]) -> Vec<Range<usize>> {
        let is_one = |found: &str| terms.iter().any(|term| term.term == found);
        let places = self.places.iter().filter(|(term, _)| is_one(term));
        places.map(|(_, range)| range.clone()).collect()
    }

    /// The words for these terms, each once, in their order.
    fn words(&self, terms: &[&QueryTerm]) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in terms.iter().filter_map(|term| self.words.get(&term.term)) {
            if !words.contains(word) {
                words.push(word.clone());
            }
        }
        words
    }
}

fn shortened(words: &[impl AsRef<str>]) -> String {
    let shown: Vec<&str> = words.iter().take(MAX_WORDS).map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
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
        assert_eq!(found.reasons(None), ["matched literacy, coaches"]);
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
            found.reasons(None),
            ["matched Children", "tagged Early Literacy"]
        );
    }

    #[test]
    fn words_that_stand_for_others_are_named_with_them() {
        let kids = vec!["kids".to_owned(), "children".to_owned()];
        let synonyms = Synonyms::new(Synonyms::built_in().chain([kids]));
        let reasons = |typed: &str, text: &str| {
            let query = Query::parse(typed, &synonyms, &[Language::English]);
            Matches::find(&query, &passage("", None, text)).reasons(None)
        };
        assert_eq!(
            reasons("kids", "Children read"),
            ["matched Children", "“children” stands for kids"]
        );
        assert_eq!(
            reasons("RFP", "A request for proposals came"),
            [
                "matched request, proposals",
                "“Request for Proposal” stands for RFP"
            ]
        );
        assert_eq!(
            reasons("RFP", "Proposals are made at our request"),
            Vec::<String>::new()
        );
        assert_eq!(
            reasons("RFP", "A request by letter for proposals"),
            Vec::<String>::new(),
            "a word that is not looked at breaks a row, too"
        );
        assert_eq!(reasons("RFP", "Our proposal"), Vec::<String>::new());
        assert_eq!(
            reasons("our 501(c)(3) letter", "Section 3 c: a letter"),
            ["matched letter"]
        );
        assert_eq!(reasons("501(c)(3)", "a 501(c)(3)"), ["matched 501, c, 3"]);
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        let words = |typed: &str, language: Language, text: &str| {
            let query = Query::parse(typed, &Synonyms::default(), &[language]);
            let passage = Passage {
                language,
                ..passage("", None, text)
            };
            Matches::find(&query, &passage).words
        };
        for (typed, text, word) in [
            ("ecole", "An École opened", "École"),
            ("1200", "for $1,200 a year", "1,200"),
            ("rfp", "two RFPs came", "RFPs"),
            ("coach", "COACHES met", "COACHES"),
            ("foundation", "the Foundation’s gift", "Foundation’s"),
            ("yearly", "Yearly plans", "Yearly"),
        ] {
            assert_eq!(words(typed, Language::English, text), [word]);
        }
        let words = words("école", Language::French, "Près de l’école");
        assert_eq!(words, ["l’école"]);
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
            found.reasons(None),
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
            found.reasons(None),
            ["matched one, two, three, four, five, six …"]
        );
    }
}
