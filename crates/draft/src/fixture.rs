//! The archive of a fictional nonprofit, for the tests of this crate.

use archivist_domain::{Audience, DocType, DocumentId, Outcome, PassageId, Section};
use uuid::Uuid;

use crate::{DraftRequest, Source};

/// A passage with plausible surroundings; `number` also makes its ids.
pub(crate) fn source(number: u32, year: i32, heading: &str, text: &str) -> Source {
    Source {
        number,
        passage: PassageId(Uuid::from_u128(u128::from(number))),
        document: DocumentId(Uuid::from_u128(1000 + u128::from(number))),
        title: format!("Willow Creek Reads, {year}"),
        filename: format!("willow-creek-{year}-{number}.pdf"),
        doc_type: DocType::AnnualReport,
        year: Some(year),
        outcome: Some(Outcome::Funded),
        page: Some(number),
        heading: Some(heading.to_owned()),
        text: text.to_owned(),
        ordinal: number,
        relevance: 0.9 - 0.05 * number as f32,
    }
}

/// Six passages: two years of the same fact, form leftovers, and sentences
/// that lean on the one before.
pub(crate) fn sources() -> Vec<Source> {
    vec![
        source(
            1,
            2023,
            "Who we are",
            "Who we are\n\nWillow Creek Reads was founded in 1998 with the mission of helping every \
             child in Harlan County read by third grade. It began with two volunteers in a church \
             basement. Page 3 of 7\n\nWe are governed by a board of directors of eleven members, who \
             meet every other month. The board's finance committee reviews the budget each quarter.",
        ),
        source(
            2,
            2024,
            "Results",
            "In 2024 our coaches served 412 children at nine elementary schools. Of these, 78% \
             met or exceeded their reading goal. This is the highest share since we began to measure. \
             Parents describe evenings when a child reads aloud to the whole family.",
        ),
        source(
            3,
            2022,
            "Results",
            "In 2022 our coaches served 380 children at nine elementary schools. Attendance was \
             recorded at every session. | Site | Children |\n| Oak Hill | 44 |\n\nDo you want to know more?",
        ),
        source(
            4,
            2024,
            "Our people",
            "Our staff of fourteen includes eight certified reading coaches and a program director \
             with nineteen years of experience in early literacy. All coaches complete 60 hours of \
             training before their first session. Contact: info@willowcreek.example",
        ),
        source(
            5,
            2023,
            "Finances",
            "Dear Ms. Okafor,\n\nOur annual budget is $1.2 million, and an independent audit has \
             given an unqualified opinion in each of the past ten years. An operating reserve covers \
             four months of expenses. See https://willowcreek.example/audit for details.",
        ),
        source(
            6,
            2024,
            "Partners",
            "We partner with the Harlan County School District under a memorandum of understanding \
             signed on June 30, 2021. The public library donates space for summer sessions, and \
             Riverside University evaluates our results.",
        ),
    ]
}

/// A request for the section, with room for a page.
pub(crate) fn request(section: Section) -> DraftRequest {
    DraftRequest {
        query: "Organizational capacity for a federal early-literacy grant".to_owned(),
        audience: Audience::FederalRfp,
        section,
        tone: "Professional".to_owned(),
        custom_instructions: None,
        include_citations: true,
        max_words: 400,
        temperature: 0.3,
        max_tokens: 4096,
        organization: Some("Willow Creek Reads".to_owned()),
    }
}
