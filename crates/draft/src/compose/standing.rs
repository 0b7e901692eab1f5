//! Whether a sentence may be lifted out of its passage.

use super::prose;
use crate::fact;
use crate::text::{self, Word};

/// Among this many first words a connective points back.
const REACH_OF_POINTERS: usize = 4;

/// Whether a sentence may be lifted out of its passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It says something by itself.
    Alone,
    /// It leans on the sentence before it ("They also …").
    Leaning,
    /// It is no sentence for a draft at all.
    Unfit,
}

/// Judges one sentence, given without list signs and on one line; `words` are
/// its words.
pub(super) fn standing(sentence: &str, words: &[Word]) -> Standing {
    if !prose::is_prose(sentence, words) || is_addressed_elsewhere(words) {
        Standing::Unfit
    } else if points_back(words) || lacks_a_name(sentence, words) || lacks_an_antecedent(words) {
        Standing::Leaning
    } else {
        Standing::Alone
    }
}

/// What only those write who ask for offers: a government of its contractor, a
/// funder of its applicants.
const SOLICITATIONS: &[&str] = &[
    "the contractor",
    "the vendor",
    "the offeror",
    "offerors",
    "quoters",
    "bidders",
    "vendors must",
    "vendors should",
    "the government may",
    "the government will",
    "the government reserves",
    "the government intends",
    "the government is",
    "the government has",
    "contracting officer",
    "task order",
    "call order",
    "call orders",
    "applicants must",
    "applicants should",
    "applicant must",
    "the quote",
    "period of performance",
    "statement of work",
    "performance work statement",
];

/// So many sentences of a passage that speak so, and such a share of all, make
/// the whole passage a solicitation, whose other sentences are no better.
const FEWEST_SOLICITING: usize = 2;
const SOLICITING_SHARE: f32 = 0.25;

/// Whether the sentences of a passage ask others for offers: what they say of
/// staff, training or reports is what somebody else must do.
pub(super) fn is_solicitation<'a>(sentences: impl Iterator<Item = &'a str>) -> bool {
    let asks = |sentence: &str| {
        let lower = text::one_line(&sentence.to_lowercase());
        let padded = format!(" {lower} ");
        SOLICITATIONS
            .iter()
            .any(|phrase| padded.contains(&format!(" {phrase} ")))
    };
    let (mut all, mut asking) = (0, 0);
    for sentence in sentences {
        all += 1;
        asking += usize::from(asks(sentence));
    }
    asking >= FEWEST_SOLICITING && asking as f32 >= SOLICITING_SHARE * all as f32
}

/// Letters, instructions, contracts and talk about the document itself: true
/// where it was written, wrong in a new section.
fn is_addressed_elsewhere(words: &[Word]) -> bool {
    const OPENINGS: &[&str] = &[
        "page",
        "dear",
        "sincerely",
        "thank",
        "thanks",
        "please",
        "note",
        "see",
        "click",
        "contact",
        "figure",
        "table",
        "question",
        "answer",
        "yes",
        "no",
        "check",
        "copyright",
        "attn",
        "re",
        "sure",
        "hello",
        "hi",
        "welcome",
        "source",
        "example",
        "describe",
        "provide",
        "list",
    ];
    const WORDS: &[&str] = &[
        "you",
        "your",
        "yours",
        "shall",
        "i",
        "i'm",
        "i've",
        "my",
        "me",
        "hereby",
        "herein",
        "hereinafter",
        "thereof",
        "offeror",
        "quoter",
        "undersigned",
        "yesterday",
        "tbd",
        "dear",
        "sincerely",
        "please",
    ];
    const PHRASES: &[&[&str]] = &[
        &["this", "document"],
        &["this", "section"],
        &["this", "report"],
        &["this", "proposal"],
        &["this", "grant"],
        &["this", "application"],
        &["this", "page"],
        &["this", "year"],
        &["last", "year"],
        &["next", "year"],
        &["this", "month"],
        &["last", "month"],
        &["see", "appendix"],
        &["see", "section"],
        &["the", "following"],
        &["as", "follows"],
        &["at", "left"],
        &["in", "table"],
        &["in", "figure"],
        &["at", "right"],
        &["this", "agreement"],
        // Known to the readers of the passage only.
        &["the", "promised"],
        &["the", "reviewers"],
        &["all", "rights", "reserved"],
    ];
    let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    lower.first().is_none_or(|first| OPENINGS.contains(first))
        || lower.iter().any(|word| WORDS.contains(word))
        || PHRASES
            .iter()
            .any(|phrase| lower.windows(phrase.len()).any(|window| window == *phrase))
        || SOLICITATIONS.iter().any(|phrase| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            lower.windows(phrase.len()).any(|window| window == phrase)
        })
        || points_on_the_page(&lower)
        || is_an_obligation(&lower)
}

/// "Access must be requested": what a rule asks of its readers. "Directors must
/// be parents" says who they are.
fn is_an_obligation(lower: &[&str]) -> bool {
    lower
        .windows(3)
        .any(|window| window[0] == "must" && window[1] == "be" && window[2].ends_with("ed"))
}

/// "The metrics below", but not "below the poverty line" or "above average".
fn points_on_the_page(lower: &[&str]) -> bool {
    const MEASURES: [&str; 10] = [
        "the",
        "grade",
        "average",
        "poverty",
        "proficient",
        "basic",
        "market",
        "level",
        "and",
        "all",
    ];
    let measures =
        |next: &&str| MEASURES.contains(next) || next.starts_with(|c: char| c.is_ascii_digit());
    lower.iter().enumerate().any(|(at, word)| {
        ["below", "above"].contains(word) && !lower.get(at + 1).is_some_and(measures)
    })
}

/// Whether a pronoun or a connective at the start needs the sentence before.
fn points_back(words: &[Word]) -> bool {
    // "The second barrier to adopting this lesson": at whatever place.
    const DEMONSTRATIVES: [&str; 2] = ["this", "these"];
    const POINTERS: [&str; 8] = [
        "those",
        "such",
        "therefore",
        "thus",
        "also",
        "instead",
        "then",
        "however",
    ];
    const OPENINGS: &[&str] = &[
        "it",
        "its",
        "they",
        "their",
        "them",
        "he",
        "she",
        "his",
        "her",
        "this",
        "these",
        "those",
        "that",
        "such",
        "however",
        "therefore",
        "thus",
        "moreover",
        "furthermore",
        "additionally",
        "also",
        "but",
        "and",
        "or",
        "so",
        "then",
        "instead",
        "here",
        "another",
        "finally",
        "second",
        "secondly",
        "thirdly",
        "next",
        "similarly",
        "likewise",
        "consequently",
        "hence",
        "yet",
        "nevertheless",
        "nonetheless",
        "meanwhile",
        "later",
        "afterwards",
        "both",
        "others",
        "conversely",
        "otherwise",
        "specifically",
        "still",
        "once",
        "further",
        "examples",
        "now",
    ];
    const PHRASES: &[&[&str]] = &[
        &["in", "addition"],
        &["as", "a", "result"],
        &["for", "example"],
        &["for", "instance"],
        &["as", "such"],
        &["in", "contrast"],
        &["on", "the", "other"],
        &["of", "them"],
        &["the", "former"],
        &["the", "latter"],
        &["in", "turn"],
        &["in", "other", "words"],
        &["at", "the", "same"],
        &["in", "particular"],
        &["in", "fact"],
        &["of", "course"],
        &["because", "of", "it"],
        &["the", "other"],
        &["to", "that", "end"],
        &["the", "same"],
        &["around", "the", "same"],
        &["as", "an", "example"],
    ];
    let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    let start = &lower[..lower.len().min(REACH_OF_POINTERS)];
    start.first().is_some_and(|first| OPENINGS.contains(first))
        || start.iter().any(|word| POINTERS.contains(word))
        || lower.iter().any(|word| DEMONSTRATIVES.contains(word))
        || PHRASES.iter().any(|phrase| lower.starts_with(phrase))
        || counts_known_things(start)
        || tells_of_an_earlier_time(&lower)
}

/// "Before the pandemic the gain had been 22 points": earlier than what?
fn tells_of_an_earlier_time(lower: &[&str]) -> bool {
    lower
        .windows(2)
        .any(|pair| pair[0] == "had" && (pair[1] == "been" || pair[1].ends_with("ed")))
}

/// "Three of the four agreements": how many there are was said before.
fn counts_known_things(start: &[&str]) -> bool {
    start.windows(3).any(|window| {
        let is_count = fact::is_count(window[2]);
        window[0] == "of" && window[1] == "the" && is_count
    })
}

/// "In the spring of 2021, 61 percent met it": a pronoun after the verb, with
/// nothing before it that it could stand for.
fn lacks_an_antecedent(words: &[Word]) -> bool {
    const NO_ANTECEDENTS: [&str; 12] = [
        "spring", "summer", "fall", "winter", "fiscal", "year", "percent", "month", "school",
        "met", "exceeded", "reached",
    ];
    let pronoun = words
        .iter()
        .position(|word| ["it", "them"].contains(&word.lower.as_str()));
    pronoun.is_some_and(|at| {
        !words[..at].iter().any(|word| {
            let is_figure = word.lower.starts_with(|c: char| c.is_ascii_digit());
            !is_figure
                && !text::is_stop_word(&word.lower)
                && !NO_ANTECEDENTS.contains(&word.lower.as_str())
        })
    })
}

/// "Coming from teaching, she leads the team", "Prior to Insight, he worked":
/// a pronoun at the start, or with no name before it.
fn lacks_a_name(sentence: &str, words: &[Word]) -> bool {
    const PRONOUNS: [&str; 5] = ["he", "she", "his", "her", "him"];
    let is_capitalised = |word: &Word| sentence[word.range.clone()].starts_with(char::is_uppercase);
    let pronoun = words
        .iter()
        .position(|word| PRONOUNS.contains(&word.lower.as_str()));
    pronoun.is_some_and(|at| {
        at <= REACH_OF_POINTERS || !words[..at].iter().skip(1).any(is_capitalised)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(sentence: &str) -> Standing {
        super::standing(sentence, &text::words(sentence))
    }

    #[test]
    fn plain_statements_stand_alone() {
        for sentence in [
            "Our coaches served 412 children at nine schools.",
            "“Every child reads,” said the director of the program.",
            "Two in three children here live below the poverty line.",
            "Books For All serves nine schools in the county.",
            "Our director said: “Every child reads to a grown-up.”",
            "Maria Ortega joined in 2015, and she leads our coaches.",
            "2024 was our largest summer session in a decade.",
            "We are a 501(c)(3) organization with a board of eleven members.",
            "The evaluation manager reports to the board each quarter.",
            "Program manager Ana Ruiz reports to the board each quarter.",
        ] {
            assert_eq!(standing(sentence), Standing::Alone, "{sentence}");
        }
    }

    #[test]
    fn sentences_that_point_back_lean() {
        for sentence in [
            "They complete 60 hours of training before the first session.",
            "Of these, 78% met or exceeded their reading goal.",
            "We therefore recorded attendance at every one of our sites.",
            "Coming from teaching, she leads a team of eight coaches.",
            "Prior to Oak Hill, he worked in two public libraries.",
            "As a result, attendance rose at every one of our sites.",
            "In addition, a reserve covers four months of expenses.",
            "Three of the four agreements continue partnerships of ten years.",
            "In the spring of 2021, 61 percent met it after two terms.",
            "In the year before the flood the gain had been 22 points.",
            "The second barrier to using this lesson was the software.",
            "Workshops will instead be used to train the coaches.",
        ] {
            assert_eq!(standing(sentence), Standing::Leaning, "{sentence}");
        }
    }

    #[test]
    fn leftovers_of_other_documents_are_unfit() {
        for sentence in [
            "Who we are",
            "Page 3 of 7 in the annual report of the organization.",
            "Dear Ms. Okafor, we are glad to send you our report.",
            "Do you want to know more about our reading coaches?",
            "Contact our office in Harlan County for more details.",
            "Write to info@willowcreek.example for all further details.",
            "See https://willowcreek.example/audit for all of the details.",
            "| Oak Hill | 44 | 12 | children in all of our sites.",
            "The **coaches** of our program served 412 children.",
            "The contractor shall deliver the report within thirty days.",
            "Name of Applicant Organization And Address Of The Office.",
            "Our Mission The center builds capacity in rural libraries.",
            "2018 HIGHLIGHTS Our coaches served 412 children at nine schools.",
            "Objective 2: Coaches will reach four hundred children each year.",
            "(2018). Reading early is a strong predictor of later success.",
            "Data Data and and Materials produced by the coaches were kept.",
            "served 412 children at nine elementary schools in total.",
            "The tables (with all of the figures are in the annex.",
            "The results of the program are shown in the following list.",
            "The metrics below are a few of the indicators of our work.",
            "Families become engaged in education By investing in early readers.",
            "Last year our coaches served more children than ever before.",
            "The Government is not obligated to pay for travel of the staff.",
            "Offerors may include as many participants as they need.",
            "GOALS Plan: “Broaden the participation of parents in schools.”",
            "Access to the records must be requested from the board.",
            "Any other person who should be copied on matters of the grant.",
            "Full-stack developer graduated in 2011 and worked in three schools.",
            "Excellent technical expert in reading has been in charge since 2011.",
            "Establishes the ability of the coaches to work in schools.",
            "Improved practices for reading and the people that teach them.",
            "Increased ability of other teachers to learn, based on a forum.",
            "Vision A future where every child has access to a library.",
            "Administration - refers to the work that serves all programs.",
        ] {
            assert_eq!(standing(sentence), Standing::Unfit, "{sentence}");
        }
    }

    #[test]
    fn a_passage_that_asks_for_offers_is_a_solicitation() {
        let asked = [
            "The contractor delivers monthly reports.",
            "Staff must hold a degree.",
            "The Government may take notes.",
        ];
        assert!(is_solicitation(asked.into_iter()));
        assert!(!is_solicitation(asked[..2].iter().copied()));
    }
}
