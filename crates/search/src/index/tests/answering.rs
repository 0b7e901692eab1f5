//! What stands beside the hits, and other ways to ask.

use std::collections::HashSet;

use super::*;
use crate::records::PassagePlace;
use archivist_domain::SearchOrder;

fn place(number: u128, ordinal: u128) -> PassagePlace {
    PassagePlace {
        document: document(number),
        passage: PassageId(Uuid::from_u128(number * 1000 + ordinal)),
    }
}

fn answer(index: &Index, request: &SearchRequest) -> Answer {
    index.answer(request, YEAR)
}

/// Three reports on reading, of different years.
fn years() -> Index {
    let of = |number, title: &str, year, text: &str| {
        let mut record = record(number, title, &[text]);
        record.facets.year = year;
        record
    };
    index_of([
        of(1, "Books", Some(2022), "Reading reading reading."),
        of(
            2,
            "apples",
            Some(2024),
            "Reading, and something of gardens.",
        ),
        of(3, "Coaches", None, "Reading reading, and nothing else."),
    ])
}

fn ordered(index: &Index, order: SearchOrder) -> Vec<DocumentId> {
    let request = SearchRequest {
        order,
        ..SearchRequest::new("reading")
    };
    documents_of(&index.search(&request, YEAR))
}

#[test]
fn hits_can_stand_in_other_orders() {
    let index = years();
    let ids = |numbers: [u128; 3]| numbers.map(document);
    assert_eq!(ordered(&index, SearchOrder::Newest), ids([2, 1, 3]));
    assert_eq!(ordered(&index, SearchOrder::Oldest), ids([1, 2, 3]));
    assert_eq!(ordered(&index, SearchOrder::Title), ids([2, 1, 3]));
}

#[test]
fn pages_of_another_order_do_not_repeat_each_other_beyond_what_is_sorted() {
    // The later a document, the fewer of its words are "reading", and the newer it is.
    let of = |number: u128| {
        let text =
            "Reading ".to_owned() + &"something else ".repeat(usize::try_from(number).unwrap());
        let mut record = record(number, "Report", &[&text]);
        record.facets.year = i32::try_from(1800 + number).ok();
        record
    };
    let index = index_of((1..=150).map(of));
    let page = |number: usize| SearchRequest {
        offset: 25 * number,
        limit: 25,
        order: SearchOrder::Newest,
        ..SearchRequest::new("reading")
    };
    let pages = (0..6_usize).flat_map(|number| documents_of(&index.search(&page(number), YEAR)));
    let found: HashSet<DocumentId> = pages.collect();
    assert_eq!(found.len(), 150);
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let index = trained(index_of(library()));
    let page = |offset, limit| {
        let request = SearchRequest {
            offset,
            limit,
            ..SearchRequest::new("literacy coaches and families")
        };
        index.search(&request, YEAR)
    };
    let whole = page(0, 12);
    let pages: Vec<Hit> = [page(0, 5), page(5, 5), page(10, 2)].concat();
    assert_eq!(whole, pages);
    assert_eq!(page(100_000, 5), []);
}

#[test]
fn documents_that_were_found_are_counted_by_what_they_can_be_filtered_by() {
    let mut first = record(1, "Plan", &["Reading for all.", "More reading."]);
    first.facets.tags = vec!["rural".into(), "youth".into()];
    first.facets.outcome = Some(Outcome::Funded);
    let mut second = record(2, "Report", &["Reading again."]);
    second.facets.tags = vec!["rural".into()];
    second.facets.doc_type = DocType::AnnualReport;
    second.facets.year = Some(2024);
    let other = record(3, "Garden", &["Beans and compost."]);
    let found = answer(
        &index_of([first, second, other]),
        &SearchRequest::new("reading"),
    )
    .counts;
    assert_eq!((found.documents, found.passages), (2, 3));
    assert_eq!(found.tags, [("rural".into(), 2), ("youth".into(), 1)]);
    assert_eq!(found.outcomes, [(Outcome::Funded, 1)]);
    assert_eq!(found.years, [(2024, 1)]);
    assert_eq!(found.programs, [("Early Literacy".into(), 2)]);
    assert_eq!(found.doc_types.len(), 2);
}

#[test]
fn counts_keep_to_the_filters() {
    let request = SearchRequest {
        filters: Filters {
            years: vec![2024],
            ..Filters::default()
        },
        ..SearchRequest::new("reading")
    };
    assert_eq!(answer(&years(), &request).counts.documents, 1);
}

#[test]
fn counts_follow_what_documents_are_filed_as() {
    let tagged = |number, tags: &[&str]| {
        let mut record = record(number, "Plan", &["Reading for all."]);
        record.facets.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        record
    };
    let tags = |index: &Index| answer(index, &SearchRequest::new("reading")).counts.tags;
    let mut index = index_of([tagged(1, &["rural", "rural"]), tagged(2, &["youth"])]);
    assert_eq!(tags(&index), [("rural".into(), 1), ("youth".into(), 1)]);
    // Nobody is rural any more, and a tag that is new takes its place.
    index.upsert(tagged(1, &["youth", "soil"]));
    assert_eq!(tags(&index), [("youth".into(), 2), ("soil".into(), 1)]);
    index.remove(document(2));
    index.upsert(tagged(3, &["rural"]));
    let expected = ["rural", "soil", "youth"].map(|tag| (tag.to_owned(), 1));
    assert_eq!(tags(&index), expected);
}

#[test]
fn an_amount_is_found_however_it_is_written() {
    let texts = [
        "We ask for $1,200,000 in all.",
        "A campaign of 1.2 million dollars.",
        "Un budget de 1 200 000 euros.",
        "Ein Haushalt von 1,2 Mio. Euro.",
        "1.2 Needs of the county. 1.2.1 Rent.",
        "Twelve of 12 families came in 2000.",
        "A grant of 45K pays for it.",
    ];
    let records = (1..).zip(texts);
    let index = index_of(records.map(|(number, text)| record(number, "Plan", &[text])));
    for typed in ["$1,200,000", "1200000", "1.2 million", "$1.2M", "1 200 000"] {
        let hits = index.search(&SearchRequest::new(typed), YEAR);
        let mut found: Vec<_> = hits.iter().map(|hit| hit.document).collect();
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3, 4].map(document), "{typed}");
    }
    assert_eq!(documents_of(&ask(&index, "$45,000")), [document(7)]);
}

#[test]
fn words_as_they_were_typed_come_before_others_that_are_stemmed_alike() {
    let index = index_of([
        record(
            1,
            "Plan",
            &["The government pays for the roof of the county hall."],
        ),
        record(
            2,
            "Plan",
            &["A chapter on good governance and other things of the board."],
        ),
    ]);
    let found = ask(&index, "governance");
    assert_eq!(documents_of(&found), [2, 1].map(document));
    assert!(found[1].form < found[0].form, "{found:?}");
    assert_eq!(
        documents_of(&ask(&index, "government")),
        [1, 2].map(document)
    );
}

#[test]
fn the_form_that_was_meant_comes_first_where_a_slip_is_stemmed_like_others() {
    let index = index_of([
        record(1, "", &["Notes about the government of the board."]),
        record(
            2,
            "",
            &["Notes about governance and much else of the board."],
        ),
    ]);
    let found = answer(&index, &SearchRequest::new("governence"));
    assert_eq!(documents_of(&found.hits), [document(2), document(1)]);
    assert_eq!(found.did_you_mean.as_deref(), Some("governance"));
    let unknown = "qaaa qbbb qccc qddd qeee qfff qggg qhhh";
    let found = answer(&index, &SearchRequest::new(format!("{unknown} governence")));
    assert_eq!(
        found.did_you_mean,
        Some(format!("{unknown} governance")),
        "words that nothing has are counted by themselves"
    );
}

#[test]
fn an_abbreviation_comes_before_scraps_of_what_it_stands_for() {
    let mut records: Vec<_> = (10..30)
        .map(|number| record(number, "", &["A plan of the house and its kitchen."]))
        .collect();
    records.extend([
        record(1, "", &["Notice to all: this notice is no other notice."]),
        record(
            2,
            "",
            &["The NOFO closes in May, with forms for the house."],
        ),
        record(3, "", &["The notice of funding opportunity closes in May."]),
        record(
            4,
            "",
            &["Letter of support, and a letter to the letter box."],
        ),
        record(5, "", &["We wrote our LOI for the kitchen in May."]),
    ]);
    let index = index_of(records);
    let found = |text| documents_of(&ask(&index, text));
    assert_eq!(
        found("notice of funding opportunity"),
        [document(3), document(2), document(1)]
    );
    assert_eq!(found("letter of inquiry"), [document(5), document(4)]);
}

#[test]
fn a_person_and_a_seed_abbreviate_nothing() {
    let mut records: Vec<_> = (10..30)
        .map(|number| record(number, "", &["A plan of the house and its kitchen."]))
        .collect();
    records.extend([
        record(1, "", &["Ed Miller and his dog came to the kitchen."]),
        record(2, "", &["An executive came to the kitchen with a dog."]),
        record(3, "", &["They sow beans in the garden every year."]),
        record(4, "", &["The scope is what we have in the garden."]),
    ]);
    let mut index = index_of(records);
    let first = |index: &Index, text| documents_of(&ask(index, text))[0];
    assert_eq!(first(&index, "executive director"), document(2));
    assert_eq!(first(&index, "scope of work"), document(4));
    let written = ["EDs", "Executive Directors"].map(str::to_owned);
    index.set_synonyms(Synonyms::new([written.to_vec()]));
    assert_eq!(first(&index, "executive directors"), document(2));
}

#[test]
fn an_abbreviation_stands_for_a_row_that_has_a_word_twice() {
    let mut index = index_of([
        record(1, "", &["Peers raise funds, peer by peer."]),
        record(2, "", &["Our P2P campaign raised funds."]),
    ]);
    let written = ["P2P", "Peer-to-Peer"].map(str::to_owned);
    index.set_synonyms(Synonyms::new([written.to_vec()]));
    let hits = ask(&index, "peer-to-peer campaign");
    let abbreviated = hits.iter().find(|hit| hit.document == document(2)).unwrap();
    let apart = hits.iter().find(|hit| hit.document == document(1)).unwrap();
    assert!(
        abbreviated.row > apart.row,
        "{} {}",
        abbreviated.row,
        apart.row
    );
}

#[test]
fn what_is_unwanted_is_left_out_in_singular_and_plural() {
    let index = index_of([
        record(1, "Plan", &["Families grow beans in the garden."]),
        record(2, "Plan", &["Families read twice a week."]),
        record(3, "Gardening", &["Families meet a week later, twice."]),
    ]);
    let found = |typed: &str| {
        let hits = index.search(&SearchRequest::typed(typed).unwrap(), YEAR);
        let mut found = documents_of(&hits);
        found.sort_unstable();
        found
    };
    assert_eq!(found("families"), [1, 2, 3].map(document));
    assert_eq!(found("families -gardens"), [2, 3].map(document));
    assert_eq!(found("families -\"\""), [1, 2, 3].map(document));
    assert_eq!(found("families -the"), [1, 2, 3].map(document));
    assert_eq!(found("families NOT \"twice a week\""), [1, 3].map(document));
}

#[test]
fn a_word_that_nothing_has_is_offered_as_it_is_spelt_here() {
    let index = index_of([record(1, "Plan", &["Mrs Henderson teaches literacy."])]);
    let meant = |text: &str| answer(&index, &SearchRequest::new(text)).did_you_mean;
    assert_eq!(
        meant("Hendersen, and litercy!"),
        Some("Henderson, and literacy!".into())
    );
    assert_eq!(meant("literacy"), None);
    assert_eq!(meant("zebra"), None);
}

#[test]
fn passages_alike_are_found_without_a_word_typed() {
    let index = trained(index_of(library()));
    // The first passage of a plan for gardens.
    let liked = place(2, 0);
    let request = SearchRequest {
        like: vec![liked],
        without: vec![liked],
        limit: 5,
        ..SearchRequest::default()
    };
    let hits = index.search(&request, YEAR);
    assert_eq!(hits.len(), 5);
    for hit in &hits {
        assert_ne!(hit.passage, liked.passage);
        let title = &index.archive.documents[&hit.document].title;
        assert!(title.starts_with("garden"), "{title}");
        assert!(!hit.reasons.is_empty());
    }
}

#[test]
fn a_passage_that_is_liked_moves_the_answer_towards_it() {
    let index = trained(index_of(library()));
    let request = |like| SearchRequest {
        like,
        limit: 8,
        ..SearchRequest::new("families")
    };
    let gardens = |request: SearchRequest| {
        let hits = index.search(&request, YEAR).into_iter();
        hits.filter(|hit| {
            index.archive.documents[&hit.document]
                .title
                .starts_with("garden")
        })
        .count()
    };
    assert!(gardens(request(vec![place(2, 0)])) > gardens(request(Vec::new())));
}

#[test]
fn what_is_unwanted_or_unknown_is_not_there() {
    let index = years();
    let request = SearchRequest {
        without: vec![place(1, 0)],
        like: vec![place(77, 0)],
        ..SearchRequest::new("reading")
    };
    let found = documents_of(&index.search(&request, YEAR));
    assert_eq!(found.len(), 2);
    assert!(!found.contains(&document(1)));
}

#[test]
fn nothing_to_go_by_finds_nothing() {
    let empty = answer(&years(), &SearchRequest::default());
    assert_eq!(empty, Answer::default());
}

#[test]
fn a_hit_tells_by_what_it_was_multiplied() {
    let index = years();
    let hits = index.search(&SearchRequest::new("gardens"), YEAR);
    // Two years old at weight 0.7; no outcome at weight 0.3.
    assert!((hits[0].recency - 0.93).abs() < 1e-6, "{hits:?}");
    assert!((hits[0].outcome - 0.97).abs() < 1e-6, "{hits:?}");
}

#[test]
fn what_may_have_been_meant_keeps_conditions_and_quotation_marks() {
    let index = index_of([record(1, "Report", &["The harvest is sold twice a week."])]);
    let meant = |text: &str| answer(&index, &SearchRequest::typed(text).unwrap()).did_you_mean;
    let typed = "hervest type:\"grant proposal\"  \"twice a weeek\"";
    assert_eq!(
        meant(typed).as_deref(),
        Some("harvest type:\"grant proposal\"  \"twice a week\"")
    );
    assert_eq!(
        meant("program:hervest hervest").as_deref(),
        Some("program:hervest harvest"),
        "what a condition asks for is left as it is"
    );
    assert_eq!(meant("harvest year:2024"), None);
}

#[test]
fn words_that_stand_for_others_are_not_misspelt() {
    let index = index_of([record(1, "Report", &["Nolo wrote of the notice."])]);
    assert_eq!(
        answer(&index, &SearchRequest::new("NOFO")).did_you_mean,
        None
    );
}

#[test]
fn words_that_were_typed_in_a_row_come_before_the_same_words_apart() {
    let index = index_of([
        record(
            1,
            "Staff",
            &["Lopez repaired the fence, and Maria read to children."],
        ),
        record(
            2,
            "Board",
            &["The board has eleven members; María López is one of them."],
        ),
        record(3, "Trees", &["Maria planted a pear tree."]),
    ]);
    let hits = ask(&index, "maria lopez");
    assert_eq!(documents_of(&hits), [2, 1, 3].map(document));
    assert!((hits[0].row - 1.0).abs() < f32::EPSILON && hits[1].row < 1.0);
    let apart = ask(&index, "lopez maria");
    assert_eq!(
        apart[0].document,
        document(1),
        "nobody has them in this order"
    );
}

#[test]
fn a_word_between_that_says_nothing_keeps_words_of_short_searches_in_a_row() {
    let index = index_of([
        record(1, "", &["We request that each proposal be short."]),
        record(2, "", &["The request for proposals was long."]),
        record(3, "", &["A request of proposals came from others."]),
    ]);
    let rows = |text: &str| {
        let hits = ask(&index, text).into_iter();
        let mut rows: Vec<_> = hits.map(|hit| (hit.document, hit.row < 1.0)).collect();
        rows.sort_unstable();
        rows
    };
    assert_eq!(
        rows("request for proposals"),
        [
            (document(1), true),
            (document(2), false),
            (document(3), true)
        ]
    );
    let four = "request for proposals, children, gardens";
    let hits = ask(&index, four);
    let row_of = |number| {
        hits.iter()
            .find(|hit| hit.document == document(number))
            .unwrap()
            .row
    };
    assert!(row_of(2) > row_of(1) && row_of(2) > row_of(3));
    let five = "request for proposals, children, gardens, boats";
    let all = [1, 2, 3].map(|number| (document(number), false));
    assert_eq!(rows(five), all, "nothing else stands in a row either");
}

#[test]
fn a_table_of_contents_is_of_no_section() {
    let mut contents = record(1, "", &["1. Problem statement\n2. Budget\n3. Evaluation"]);
    contents.passages[0].heading = Some("Proposal › Table of Contents".to_owned());
    let need = record(
        2,
        "",
        &["Problem statement\nMany families here have no garden."],
    );
    let hits = ask(&index_of([contents, need]), "problem statement");
    let of_section = |hit: &Hit| hit.reasons.iter().any(|why| why.starts_with("section"));
    let found = hits.iter().map(|hit| (hit.document, of_section(hit)));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [(document(2), true), (document(1), false)]
    );
}

#[test]
fn an_amount_in_several_words_is_no_more_than_the_one_that_was_typed() {
    let mut records: Vec<_> = (10..20)
        .map(|number| record(number, "", &["A plan of the house."]))
        .collect();
    records.extend([
        record(1, "", &["A budget of 45 000 for the house."]),
        record(2, "", &["A budget of 45,000 for the house."]),
    ]);
    let found = documents_of(&ask(&index_of(records), "45,000"));
    assert_eq!(found, [document(2), document(1)]);
}
