//! Conditions alone.

use super::*;
use crate::records::PassagePlace;
use archivist_domain::SearchOrder;

#[test]
fn conditions_alone_list_the_first_passage_of_each_document_that_is_so() {
    let of = |number, year, texts: &[&str]| {
        filed(record(number, "Plan", texts), facets(Some(year), None))
    };
    let index = trained(index_of(library().into_iter().chain([
        of(101, 2024, &["Beans and soil.", "Soil and beans."]),
        of(102, 2026, &["Rent and leases.", "Ferries."]),
        of(103, 2019, &["Books."]),
    ])));
    let ask = |text: &str| {
        let hits = index.search(&SearchRequest::typed(text).unwrap(), YEAR);
        hits.iter()
            .map(|hit| hit.passage.0.as_u128())
            .collect::<Vec<_>>()
    };
    assert_eq!(ask("year:2020-"), [102_000, 101_000]);
    assert_eq!(ask("year:2020- -rent"), [102_001, 101_000]);
    let one = SearchRequest {
        filters: Filters {
            documents: vec![document(101)],
            ..Filters::default()
        },
        ..SearchRequest::typed("year:2024").unwrap()
    };
    let answer = index.answer(&one, YEAR);
    assert_eq!(answer.hits.len(), 2);
    assert_eq!(answer.counts.passages, 2);
    assert_eq!(answer.hits[0].reasons, ["meets the conditions", "2024"]);
}

#[test]
fn a_listing_is_in_order_however_long_and_names_each_document_once() {
    let years = (0..130).map(|number| {
        let title = format!("Plan {number:03}");
        let of_year = facets(Some(1900 + i32::try_from(number % 100).unwrap()), None);
        filed(record(number + 1, &title, &["Beans.", "Soil."]), of_year)
    });
    let index = index_of(years);
    let listed = |request: SearchRequest| {
        let request = SearchRequest {
            limit: 200,
            ..request
        };
        documents_of(&index.search(&request, YEAR))
    };
    let all = || SearchRequest::typed("type:proposal").unwrap();
    let ordered = |order| listed(SearchRequest { order, ..all() });
    let by_title: Vec<DocumentId> = (1..=130).map(document).collect();
    assert_eq!(ordered(SearchOrder::Title), by_title);
    assert_eq!(ordered(SearchOrder::Oldest)[..3], [1, 101, 2].map(document));
    let best = listed(all());
    assert_eq!(
        best[..3],
        [100, 99, 98].map(document),
        "the newest of equals"
    );
    let second = SearchRequest {
        offset: 20,
        ..all()
    };
    assert_eq!(listed(second), best[20..]);
    let pinned = SearchRequest {
        pinned: vec![PassagePlace {
            document: document(7),
            passage: PassageId(Uuid::from_u128(7001)),
        }],
        ..all()
    };
    let of_one = SearchRequest {
        filters: Filters {
            documents: vec![document(7)],
            ..Filters::default()
        },
        ..pinned.clone()
    };
    assert_eq!(listed(of_one), [document(7); 2]);
    let with_pin = listed(pinned);
    assert_eq!((with_pin.len(), with_pin[0]), (130, document(7)));
}
