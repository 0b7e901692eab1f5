//! The parts of a sentence that can be checked to the letter: figures, money,
//! percentages, dates, names and quoted words.

mod name;

use archivist_domain::figures::{Date, dates};
pub(crate) use archivist_domain::figures::{Number, Unit, numbers};

use crate::text::{self, Word};

/// A checkable part of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fact {
    /// As it is written in the sentence.
    pub(crate) written: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Number(Number),
    Date(Date),
    /// Stems in order.
    Name(Vec<String>),
    /// Words in lower case, in order.
    Quote(Vec<String>),
}

impl Fact {
    /// Whether it is a figure, a date or a quotation: what has no synonym, so
    /// that its absence is graver than a name's.
    pub(crate) fn is_exact(&self) -> bool {
        !matches!(self.kind, Kind::Name(_))
    }
}

/// Whether a word, in lower case, is a count in words or digits ("four", "4").
pub(crate) fn is_count(word: &str) -> bool {
    let words = text::words(word);
    !numbers(word, &words).is_empty()
}

/// All facts of one sentence, in the order of their kinds.
pub(crate) fn facts(sentence: &str) -> Vec<Fact> {
    let words = text::words(sentence);
    let dates = dates(sentence, &words);
    let in_a_date = |at: usize| dates.iter().any(|(range, _)| range.contains(&at));
    let numbers = numbers(sentence, &words)
        .into_iter()
        .filter(|(range, number)| !in_a_date(range.start) && !number.is_a_pronoun())
        .map(|(range, number)| (range, Kind::Number(number)));
    let names = name::names(sentence, &words)
        .into_iter()
        .filter(|(range, _)| !in_a_date(range.start))
        .map(|(range, name)| (range, Kind::Name(name)));
    let quotes = name::quotes(sentence)
        .into_iter()
        .map(|(range, quote)| (range, Kind::Quote(quote)));
    let in_time = dates
        .iter()
        .cloned()
        .map(|(range, date)| (range, Kind::Date(date)));
    numbers
        .chain(in_time)
        .chain(names)
        .chain(quotes)
        .map(|(range, kind)| Fact {
            written: sentence[range].to_owned(),
            kind,
        })
        .collect()
}

/// Everything a passage says that a fact can be compared with.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    numbers: Vec<Number>,
    dates: Vec<Date>,
    words: Vec<Word>,
    surroundings: Vec<Word>,
}

impl Evidence {
    /// Reads a passage. `surroundings` (title, heading) may prove names, which
    /// a passage often leaves to its heading, but no figures.
    pub(crate) fn read(passage: &str, surroundings: &str) -> Self {
        let words = text::words(passage);
        let numbers = numbers(passage, &words);
        let dates = dates(passage, &words);
        Self {
            numbers: numbers.into_iter().map(|(_, number)| number).collect(),
            dates: dates.into_iter().map(|(_, date)| date).collect(),
            words,
            surroundings: text::words(surroundings),
        }
    }

    /// Whether the passage says this.
    pub(crate) fn holds(&self, fact: &Fact) -> bool {
        match &fact.kind {
            Kind::Number(number) => self.numbers.iter().any(|known| known.agrees_with(number)),
            Kind::Date(date) => self.dates.iter().any(|known| known.includes(date)),
            Kind::Name(stems) => {
                name::is_named(stems, &self.words) || name::is_named(stems, &self.surroundings)
            }
            Kind::Quote(quoted) => name::is_quoted(quoted, &self.words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(claim: &str, passage: &str) -> Vec<String> {
        let evidence = Evidence::read(passage, "Annual Report of Willow Creek");
        facts(claim)
            .into_iter()
            .filter(|fact| !evidence.holds(fact))
            .map(|fact| fact.written)
            .collect()
    }

    #[test]
    fn figures_are_equal_however_they_are_written() {
        for (claim, passage) in [
            (
                "We raised $1.2 million.",
                "Gifts came to 1,200,000 dollars.",
            ),
            ("We raised $1,200,000.", "Gifts of $1.2M arrived."),
            ("Nine schools take part.", "There are 9 schools."),
            ("It reached 42 percent.", "It reached 42%."),
            (
                "There are 240 books.",
                "It holds two hundred and forty books.",
            ),
            ("All 3rd graders read.", "The third grade reads."),
            ("It cost $45k.", "It cost $45,000."),
            ("Two dozen coaches came.", "All 24 coaches came."),
        ] {
            assert_eq!(missing(claim, passage), [""; 0], "{claim} / {passage}");
        }
    }

    #[test]
    fn other_figures_are_missed() {
        assert_eq!(
            missing("We served 421 children.", "We served 412 children."),
            ["421"]
        );
        assert_eq!(missing("It is 42% of them.", "It is 42 of them."), ["42%"]);
        assert_eq!(
            missing("It cost $1.3 million.", "It cost $1.2 million."),
            ["$1.3 million"]
        );
        assert_eq!(
            missing("Since 1999 we read.", "Since 1998 we read."),
            ["1999"]
        );
    }

    #[test]
    fn dates_are_compared_as_dates() {
        let passage = "Signed on June 30, 2021.";
        assert_eq!(missing("It was signed on 6/30/2021.", passage), [""; 0]);
        assert_eq!(missing("It was signed in June 2021.", passage), [""; 0]);
        assert_eq!(missing("It was signed in 2021.", passage), [""; 0]);
        assert_eq!(missing("It was signed on 30 June 2021.", passage), [""; 0]);
        assert_eq!(
            missing("It was signed on June 13, 2021.", passage),
            ["June 13, 2021"]
        );
        assert_eq!(
            missing("It was signed in July 2021.", passage),
            ["July 2021"]
        );
        assert_eq!(
            missing("It was signed on 2021-06-29.", passage),
            ["2021-06-29"]
        );
    }

    #[test]
    fn names_may_be_proved_by_title_or_passage() {
        let passage = "Dr. Amara Okafor leads the Harlan County School District.";
        assert_eq!(
            missing("The report praises Amara Okafor.", passage),
            [""; 0]
        );
        assert_eq!(
            missing("Reading at Willow Creek is loved.", passage),
            [""; 0]
        );
        assert_eq!(
            missing("The work of Amara Oduya counts.", passage),
            ["Amara Oduya"]
        );
        assert_eq!(missing("Children read with us.", passage), [""; 0]);
    }

    #[test]
    fn quotations_are_checked_word_by_word() {
        let passage = "One mother said: “My son reads to his sister every night.”";
        assert_eq!(
            missing("A mother said \"my son reads to his sister\".", passage),
            [""; 0]
        );
        assert_eq!(
            missing("A mother said “my son loves his sister”.", passage),
            ["my son loves his sister"]
        );
    }

    #[test]
    fn one_as_a_pronoun_is_no_figure() {
        assert_eq!(missing("One of them reads.", "They read."), [""; 0]);
    }
}
