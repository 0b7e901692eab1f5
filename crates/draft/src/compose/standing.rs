//! Whether a sentence may be lifted out of its passage.

use super::{addressee, leaning, prose};
use crate::text::Word;

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
    if !prose::is_prose(sentence, words) || addressee::is_addressed_elsewhere(words) {
        Standing::Unfit
    } else if leaning::leans(sentence, words) {
        Standing::Leaning
    } else {
        Standing::Alone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

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
}
