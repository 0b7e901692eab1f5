//! Wordings that stand for each other: abbreviations of the grant world, and whatever an
//! organization adds. Their words are stemmed as English.

use crate::language::Language;
use crate::text;

/// Those that every archive begins with.
const BUILT_IN: &[&[&str]] = &[
    &["501(c)(3)", "501c3", "tax-exempt"],
    &["BIPOC", "Black, Indigenous and People of Color"],
    &["CBO", "Community-Based Organization"],
    &["CDBG", "Community Development Block Grant"],
    &[
        "CFDA",
        "Assistance Listing",
        "Catalog of Federal Domestic Assistance",
    ],
    &["CSR", "Corporate Social Responsibility"],
    &["DAF", "Donor-Advised Fund"],
    &["DEI", "Diversity, Equity and Inclusion"],
    &["ED", "Executive Director"],
    &["EIN", "Employer Identification Number"],
    &["FBO", "Faith-Based Organization"],
    &["FTE", "Full-Time Equivalent"],
    &["FY", "Fiscal Year"],
    &["GOS", "General Operating Support"],
    &["IRB", "Institutional Review Board"],
    &["KPI", "Key Performance Indicator"],
    &["LMI", "Low to Moderate Income"],
    &[
        "LOI",
        "Letter of Intent",
        "Letter of Inquiry",
        "Letter of Interest",
    ],
    &["MOU", "Memorandum of Understanding"],
    &["MTDC", "Modified Total Direct Costs"],
    &["NGO", "Non-Governmental Organization"],
    &["NICRA", "Negotiated Indirect Cost Rate Agreement"],
    &[
        "NOFO",
        "NOFA",
        "FOA",
        "Notice of Funding Opportunity",
        "Funding Opportunity Announcement",
    ],
    &["nonprofit", "non-profit"],
    &["PD", "Professional Development"],
    &["RFI", "Request for Information"],
    &["RFP", "Request for Proposal"],
    &["RFQ", "Request for Qualifications", "Request for Quotation"],
    &["ROI", "Return on Investment"],
    &["SEL", "Social-Emotional Learning"],
    &["SOW", "Statement of Work", "Scope of Work"],
    &["STEM", "Science, Technology, Engineering and Mathematics"],
    &["TA", "Technical Assistance"],
    &["UEI", "Unique Entity Identifier"],
    &["website", "web site"],
    &["YTD", "Year to Date"],
];

/// Groups of wordings; whoever types one means the others, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synonyms {
    groups: Vec<Vec<Wording>>,
}

/// A word or a few.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wording {
    written: String,
    terms: Vec<String>,
}

impl Synonyms {
    /// Takes groups as people write them. A wording without a word that can be searched for
    /// is left out.
    pub fn new(groups: impl IntoIterator<Item = Vec<String>>) -> Self {
        let group = |written: Vec<String>| {
            let wordings = written.into_iter().map(Wording::of);
            wordings
                .filter(|wording| !wording.terms.is_empty())
                .collect()
        };
        Self {
            groups: groups.into_iter().map(group).collect(),
        }
    }

    /// Whether a wording has a word that can be searched for.
    pub fn can_be_searched_for(wording: &str) -> bool {
        !text::tokens(wording, Language::English).is_empty()
    }

    /// The groups that every archive begins with, as people write them.
    pub fn built_in() -> impl Iterator<Item = Vec<String>> {
        let owned = |group: &&[&str]| group.iter().map(|&wording| wording.to_owned()).collect();
        BUILT_IN.iter().map(owned)
    }

    /// Whether a word of this term is in one of the wordings.
    pub(crate) fn have_word(&self, term: &str) -> bool {
        let mut wordings = self.groups.iter().flatten();
        wordings.any(|wording| wording.terms.iter().any(|known| known == term))
    }

    /// The wordings that stand for what was typed: of the groups that have a wording of the text,
    /// the others. `typed` are the text's own terms.
    pub(crate) fn of<'a>(&'a self, text: &str, typed: &[String]) -> Vec<Expansion<'a>> {
        let mut found = Vec::new();
        for group in &self.groups {
            let (is_typed, others): (Vec<_>, Vec<_>) =
                group.iter().partition(|wording| wording.is_in(text, typed));
            if let Some(typed) = is_typed.first() {
                found.extend(others.into_iter().map(|wording| Expansion {
                    typed: &typed.written,
                    typed_terms: &typed.terms,
                    wording: &wording.written,
                    terms: &wording.terms,
                }));
            }
        }
        found
    }

    /// The terms of the wordings that were typed.
    pub(crate) fn typed<'a>(
        &'a self,
        text: &'a str,
        typed: &'a [String],
    ) -> impl Iterator<Item = &'a [String]> {
        let wordings = self.groups.iter().flatten();
        let is_typed = wordings.filter(|wording| wording.is_in(text, typed));
        is_typed.map(|wording| wording.terms.as_slice())
    }
}

/// A wording that stands for one that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expansion<'a> {
    /// The one that was typed, as the list has it.
    pub(crate) typed: &'a str,
    /// The words of that.
    pub(crate) typed_terms: &'a [String],
    pub(crate) wording: &'a str,
    /// The words of the wording.
    pub(crate) terms: &'a [String],
}

impl Default for Synonyms {
    /// The built-in groups.
    fn default() -> Self {
        Self::new(Self::built_in())
    }
}

impl Wording {
    fn of(written: String) -> Self {
        let terms = text::tokens(&written, Language::English)
            .into_iter()
            .map(|t| t.term);
        Self {
            terms: terms.collect(),
            written,
        }
    }

    /// Whole words in a row, ignoring case; but two letters only as they are written, since
    /// "Ed" is a person.
    fn is_in(&self, text: &str, typed: &[String]) -> bool {
        if self.written.chars().count() <= 2 {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            return words.any(|word| word == self.written);
        }
        typed.windows(self.terms.len()).any(|row| row == self.terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(synonyms: &Synonyms, text: &str) -> Vec<String> {
        let typed: Vec<String> = text::tokens(text, Language::English)
            .into_iter()
            .map(|t| t.term)
            .collect();
        let expansions = synonyms.of(text, &typed).into_iter();
        expansions
            .map(|expansion| expansion.terms.join(" "))
            .collect()
    }

    #[test]
    fn each_wording_of_a_group_brings_the_words_of_the_others() {
        let synonyms = Synonyms::default();
        let of = |text| expanded(&synonyms, text);
        assert_eq!(
            of("our loi to the fund"),
            ["letter intent", "letter inquiri", "letter interest"]
        );
        assert_eq!(
            of("a letter of inquiry"),
            ["loi", "letter intent", "letter interest"]
        );
        assert_eq!(of("full-time equivalents"), ["fte"]);
        assert_eq!(of("proof of 501(c)(3) status"), ["501c3", "tax exempt"]);
        assert_eq!(of("501c3 letter"), ["501 c 3", "tax exempt"]);
        assert!(of("NOFO").contains(&"foa".to_owned()));
        assert_eq!(of("letter to parents"), Vec::<String>::new());
    }

    #[test]
    fn ed_the_person_is_not_a_director() {
        let synonyms = Synonyms::default();
        assert_eq!(
            expanded(&synonyms, "Ed and the garden"),
            Vec::<String>::new()
        );
        assert_eq!(expanded(&synonyms, "report of the ED"), ["execut director"]);
    }

    #[test]
    fn an_organization_has_its_own() {
        let groups = [vec![
            "Camp Sunrise".to_owned(),
            "summer program".to_owned(),
            "?".to_owned(),
        ]];
        let synonyms = Synonyms::new(groups);
        assert_eq!(expanded(&synonyms, "camp sunrise 2024"), ["summer program"]);
        assert_eq!(expanded(&synonyms, "loi"), Vec::<String>::new());
    }
}
