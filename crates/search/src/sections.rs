//! Sections of applications that a search names: passages under such a heading come forward,
//! whatever the heading calls it.

use std::sync::LazyLock;

use crate::archive::Passage;
use crate::text::{self, Wording};

/// What each section is called, in searches and in headings; the first is for people.
const SECTIONS: [&[&str]; 10] = [
    &[
        "statement of need",
        "needs statement",
        "need statement",
        "problem statement",
        "needs assessment",
        "community need",
        "need",
    ],
    &[
        "organizational capacity",
        "organizational background",
        "organization background",
        "agency history",
        "mission and history",
        "organizational history",
        "qualifications",
    ],
    &[
        "program description",
        "project description",
        "program design",
        "project design",
        "program narrative",
        "project narrative",
        "scope of work",
    ],
    &[
        "goals and objectives",
        "goals objectives",
        "objectives",
        "program goals",
    ],
    &[
        "impact & outcomes",
        "impact and outcomes",
        "outcomes and impact",
        "expected outcomes",
        "program outcomes",
        "results and outcomes",
    ],
    &[
        "evaluation plan",
        "program evaluation",
        "evaluation methods",
        "project evaluation",
        "measuring success",
        "evaluation",
    ],
    &[
        "budget narrative",
        "budget justification",
        "project budget",
        "budget detail",
        "budget",
    ],
    &[
        "sustainability plan",
        "program sustainability",
        "future funding",
        "sustainability",
    ],
    &[
        "key personnel",
        "staffing plan",
        "project staff",
        "program staff",
        "staff qualifications",
    ],
    &[
        "executive summary",
        "project summary",
        "program summary",
        "project abstract",
        "abstract",
    ],
];

/// What tables of contents are called.
static CONTENTS: LazyLock<[Wording; 2]> =
    LazyLock::new(|| ["table of contents", "contents"].map(text::wording));

/// What stands between a heading and the one below it.
const BELOW: char = '›';

/// Headings within a text have so many bytes at most.
const HEADING_BYTES: usize = 60;

/// The same with words taken apart.
static WORDINGS: LazyLock<[Vec<Wording>; SECTIONS.len()]> = LazyLock::new(|| {
    SECTIONS.map(|wordings| {
        wordings
            .iter()
            .map(|wording| text::wording(wording))
            .collect()
    })
});

/// Sections that were named, by their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sections(Vec<usize>);

impl Sections {
    /// Those that words of a search name. Single words say too little.
    pub(crate) fn named(words: &[String]) -> Self {
        let is_named = |wordings: &Vec<Wording>| {
            let several = wordings.iter().filter(|wording| wording.len() > 1);
            let mut several =
                several.map(|wording| words.windows(wording.len()).any(|row| row == *wording));
            several.any(|stands| stands)
        };
        let numbers = (0..).zip(WORDINGS.iter());
        let named = numbers.filter(|(_, wordings)| is_named(wordings));
        Self(named.map(|(number, _)| number).collect())
    }

    /// Says of which words the names of sections are.
    pub(crate) fn cover(words: &[String], covered: &mut [bool]) {
        for wording in WORDINGS
            .iter()
            .flatten()
            .filter(|wording| wording.len() > 1)
        {
            text::cover(words, wording, covered);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The named section that a heading is of, or one that it stands under, as people call it.
    fn of_heading(&self, heading: &str) -> Option<&'static str> {
        let parts: Vec<Vec<String>> = heading.split(BELOW).map(text::wording).collect();
        let is_called = |wording: &Wording| parts.iter().any(|part| is_called(part, wording));
        let mut named = self.0.iter();
        let of = named.find(|&&number| WORDINGS[number].iter().any(is_called))?;
        Some(SECTIONS[*of][0])
    }

    /// The named section that a passage is of: by the headings above it, or by one within it,
    /// where the sections of a short document are one passage.
    pub(crate) fn of(&self, passage: &Passage) -> Option<&'static str> {
        let above = passage.heading.as_deref();
        if above.is_some_and(is_contents) {
            return None;
        }
        let above = above.and_then(|heading| self.of_heading(heading));
        above.or_else(|| {
            let text = passage.text.text();
            let mut lines = text.lines().filter(|line| looks_like_heading(line));
            lines.find_map(|line| self.of_heading(line))
        })
    }
}

/// Whether a heading is that of a table of contents, which names all sections and is of none.
fn is_contents(heading: &str) -> bool {
    let last = heading.rsplit(BELOW).next().unwrap_or_default();
    let last = text::wording(last);
    CONTENTS.iter().any(|wording| is_called(&last, wording))
}

/// Whether a line may be a heading: it is short and no sentence.
fn looks_like_heading(line: &str) -> bool {
    line.len() <= HEADING_BYTES && !line.ends_with(['.', ',', ';', '?', '!'])
}

/// Whether words of a heading call a section so. A single word has to be all there is, but for
/// its number: "Evaluation criteria" are something else than an evaluation.
fn is_called(heading: &[String], wording: &Wording) -> bool {
    if let [word] = wording.as_slice() {
        let is_number = |word: &&String| word.starts_with(|c: char| c.is_ascii_digit());
        let mut words = heading.iter().filter(|word| !is_number(word));
        return words.next() == Some(word) && words.next().is_none();
    }
    heading.windows(wording.len()).any(|row| row == *wording)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Sections {
        Sections::named(&text::wording(text))
    }

    #[test]
    fn a_section_is_the_same_by_all_its_names() {
        let need = named("needs statement for early literacy");
        for heading in ["2. Statement of Need", "NEEDS ASSESSMENT", "Community need"] {
            assert_eq!(
                need.of_heading(heading),
                Some("statement of need"),
                "{heading}"
            );
        }
        assert_eq!(need.of_heading("Budget"), None);
        let two = named("budget narrative and evaluation plan");
        assert_eq!(two.of_heading("Budget"), Some("budget narrative"));
        assert_eq!(
            two.of_heading("Proposal › 4.2 Evaluation › Methods"),
            Some("evaluation plan")
        );
        assert_eq!(two.of_heading("Evaluation criteria"), None);
        for heading in ["Contents", "Plan › 0. Contents", "TABLE OF CONTENTS"] {
            assert!(is_contents(heading), "{heading}");
        }
        assert!(!is_contents("Contents › Need") && !is_contents("Contents of boxes"));
    }

    #[test]
    fn single_words_name_no_section() {
        for text in [
            "evaluation of coaches",
            "budget",
            "the children need books",
            "",
        ] {
            assert!(named(text).is_empty(), "{text}");
        }
    }
}
