//! For whom documents were written, as far as a search names it and the funder tells.

use std::sync::LazyLock;

use archivist_domain::Audience;

use crate::text::{self, Wording};

/// An audience, what searches call it, and words by which its funders can be told.
struct Known {
    audience: Audience,
    named: &'static [&'static str],
    funders: &'static [&'static str],
}

/// Donors and the public fund nothing by a name: of these, nothing is told.
const KNOWN: [Known; 3] = [
    Known {
        audience: Audience::FederalRfp,
        named: &["federal", "government", "rfp", "nofo", "public agency"],
        funders: &[
            "department",
            "agency",
            "federal",
            "bureau",
            "administration",
            "national endowment",
            "institutes",
            "u.s",
            "us",
            "state of",
            "county of",
            "city of",
            "commission",
        ],
    },
    Known {
        audience: Audience::FoundationGrant,
        named: &[
            "foundation grant",
            "foundation grants",
            "private foundation",
            "family foundation",
            "community foundation",
            "foundations",
            "foundation proposal",
            "foundation proposals",
        ],
        funders: &[
            "foundation",
            "fund",
            "trust",
            "philanthropies",
            "philanthropy",
            "charities",
        ],
    },
    Known {
        audience: Audience::CorporateSponsor,
        named: &[
            "corporate",
            "sponsor",
            "sponsors",
            "sponsorship",
            "sponsorships",
        ],
        funders: &[
            "bank",
            "corporation",
            "corp",
            "company",
            "inc",
            "llc",
            "insurance",
            "credit union",
            "motors",
            "energy",
            "stores",
        ],
    },
];

/// The same with words taken apart.
struct Told {
    audience: Audience,
    named: Vec<Wording>,
    funders: Vec<Wording>,
}

static TOLD: LazyLock<[Told; KNOWN.len()]> = LazyLock::new(|| {
    let apart = |wordings: &[&str]| wordings.iter().map(|w| text::wording(w)).collect();
    KNOWN.map(|known| Told {
        audience: known.audience,
        named: apart(known.named),
        funders: apart(known.funders),
    })
});

/// The audiences that words of a search name.
pub(crate) fn named(words: &[String]) -> Vec<Audience> {
    let named = TOLD
        .iter()
        .filter(|told| text::stands_among(&told.named, words));
    named.map(|told| told.audience).collect()
}

/// Says which of the words name an audience.
pub(crate) fn cover(words: &[String], covered: &mut [bool]) {
    for wording in TOLD.iter().flat_map(|told| &told.named) {
        text::cover(words, wording, covered);
    }
}

/// The audience that a funder is of, where the words of its name tell.
pub(crate) fn of_funder(name: &[String]) -> Option<Audience> {
    let mut all = TOLD.iter();
    all.find(|told| text::stands_among(&told.funders, name))
        .map(|told| told.audience)
}

/// The audience that one of a document's tags names.
pub(crate) fn of_tags(tags: &[String]) -> Option<Audience> {
    let mut each = tags
        .iter()
        .filter_map(|tag| named(&text::wording(tag)).pop());
    each.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_name_audiences() {
        let named = |text: &str| named(&text::wording(text));
        assert_eq!(named("needs for a Federal RFP"), [Audience::FederalRfp]);
        assert_eq!(named("sponsorship levels"), [Audience::CorporateSponsor]);
        assert_eq!(
            named("what family foundation asked"),
            [Audience::FoundationGrant]
        );
        assert_eq!(named("reading coaches of the foundation"), []);
    }

    #[test]
    fn funders_and_tags_tell_of_what_audience_a_document_is() {
        for (funder, expected) in [
            ("U.S. Department of Education", Some(Audience::FederalRfp)),
            ("Harbor County Trust", Some(Audience::FoundationGrant)),
            ("First Harbor Bank", Some(Audience::CorporateSponsor)),
            ("Jane Roe", None),
        ] {
            assert_eq!(of_funder(&text::wording(funder)), expected, "{funder}");
        }
        let tagged = |tag: &str| of_tags(&["rural".to_owned(), tag.to_owned()]);
        assert_eq!(tagged("Federal"), Some(Audience::FederalRfp));
        assert_eq!(tagged("youth"), None);
    }
}
