//! What a document names, gathered for its page: each name once, with the passage where it
//! stands first.

use std::collections::HashMap;

use archivist_domain::{EntityKind, PassageId};
use archivist_store::entities::PassageEntities;
use archivist_store::passages::Passage;

/// More of one kind would be a page of their own.
const MOST: usize = 12;

/// What a document names of one kind, the most often named first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) heading: &'static str,
    pub(super) names: Vec<Name>,
    /// How many more there are.
    pub(super) others: usize,
}

/// Something that is named.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) count: usize,
    /// Where it stands first.
    pub(super) passage: PassageId,
}

const HEADINGS: [(EntityKind, &str); 6] = [
    (EntityKind::Person, "People"),
    (EntityKind::Organization, "Organizations"),
    (EntityKind::Place, "Places"),
    (EntityKind::Money, "Amounts"),
    (EntityKind::Percent, "Shares"),
    (EntityKind::Date, "Dates"),
];

/// What the passages of a document name; kinds of which there is nothing are left out.
pub(super) fn by_kind(passages: &[Passage], found: &[PassageEntities]) -> Vec<Named> {
    let texts: HashMap<_, _> = passages
        .iter()
        .map(|passage| (passage.passage_id, passage.content.as_str()))
        .collect();
    let of_kind = |wanted: EntityKind| {
        found.iter().flat_map(move |of| {
            let wanted = of.iter().filter(move |(kind, ..)| *kind == wanted);
            wanted.map(|(_, start, end)| (of.passage_id, start, end))
        })
    };
    let named = HEADINGS.iter().map(|(kind, heading)| {
        let names = of_kind(*kind).filter_map(|(passage, start, end)| {
            let bytes = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
            Some((passage, texts.get(&passage)?.get(bytes)?))
        });
        gathered(heading, names)
    });
    named.filter(|named| !named.names.is_empty()).collect()
}

fn gathered<'a>(heading: &'static str, found: impl Iterator<Item = (PassageId, &'a str)>) -> Named {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut names: Vec<Name> = Vec::new();
    for (passage, text) in found {
        let at = *places.entry(text).or_insert(names.len());
        match names.get_mut(at) {
            Some(name) => name.count += 1,
            None => names.push(Name {
                text: text.to_owned(),
                count: 1,
                passage,
            }),
        }
    }
    // Stable: of equals the one that comes first in the document.
    names.sort_by_key(|name| std::cmp::Reverse(name.count));
    let others = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    Named {
        heading,
        names,
        others,
    }
}

#[cfg(test)]
mod tests {
    use archivist_domain::DocumentId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_name_stands_once_with_the_first_of_its_places() {
        let passage = |n: u128, content: &str| Passage {
            passage_id: PassageId(Uuid::from_u128(n)),
            doc_id: DocumentId(Uuid::nil()),
            ordinal: 0,
            content: content.to_owned(),
            lead: None,
            heading: None,
            page_first: None,
            page_last: None,
            word_count: 2,
        };
        let passages = [passage(1, "Ohio, $5"), passage(2, "Iowa and Ohio")];
        let found = [
            (
                1,
                vec![EntityKind::Place, EntityKind::Money],
                vec![0, 6],
                vec![4, 8],
            ),
            (
                2,
                vec![EntityKind::Place, EntityKind::Place],
                vec![0, 9],
                vec![4, 13],
            ),
        ]
        .map(|(n, kinds, starts, ends)| PassageEntities {
            passage_id: PassageId(Uuid::from_u128(n)),
            kinds,
            starts,
            ends,
        });
        let named = by_kind(&passages, &found);
        let headings: Vec<_> = named.iter().map(|named| named.heading).collect();
        assert_eq!(headings, ["Places", "Amounts"]);
        let places: Vec<_> = named[0]
            .names
            .iter()
            .map(|name| (name.text.as_str(), name.count))
            .collect();
        assert_eq!(places, [("Ohio", 2), ("Iowa", 1)]);
        assert_eq!(named[0].names[0].passage, PassageId(Uuid::from_u128(1)));
    }
}
