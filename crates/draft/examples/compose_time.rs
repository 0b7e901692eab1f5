//! How long composing takes: a section from fifteen passages of a fictional
//! nonprofit. Run it with `cargo run --release --example compose_time`.

use std::sync::Arc;
use std::time::Instant;

use archivist_domain::{Audience, DocType, DocumentId, PassageId, Section};
use archivist_draft::{Composer, DraftRequest, Provider, Source};
use futures_util::{FutureExt, StreamExt};
use uuid::Uuid;

const PASSAGES: u32 = 15;
const RUNS: u32 = 50;

/// About 200 words, as passages have; `{n}` and `{year}` make each its own.
const TEXT: &str = "Oak Hill Reads was founded in 1998 to help every child of the valley read. \
    In {year} our {n} coaches served 4{n}2 children at nine elementary schools. \
    Of these, 7{n} percent met or exceeded their reading goal in the spring. \
    The board of directors has {n} members and meets every other month in site {n}. \
    Its finance committee reviews the budget and the statements each quarter. \
    Ana Ruiz-Lee, M.Ed., has directed program {n} since {year} and supervises its tutors. \
    All coaches of group {n} complete 6{n} hours of training before their first session. \
    The annual budget for {year} was $1.{n} million, and an audit found no weakness. \
    An operating reserve covers {n} months of expenses at the end of June {year}. \
    We partner with the school district of town {n} under a memorandum of understanding. \
    The public library of town {n} donates space for summer sessions every year. \
    Riverside University evaluates the results of program {n} with a comparison group. \
    Parents of town {n} describe evenings when a child reads aloud to the whole family. \
    Coaches record each visit in database {n} and survey the parents in fall and spring. \
    Donors and two foundations have committed $9{n},000 for the years after the grant.";

fn main() {
    let sources: Arc<[Source]> = (1..=PASSAGES).map(source).collect();
    for &section in Section::ALL {
        let started = Instant::now();
        for _ in 0..RUNS {
            let stream = Composer.stream(request(section), sources.clone());
            let chunks = stream.collect::<Vec<_>>().now_or_never();
            assert!(chunks.is_some_and(|chunks| chunks.iter().all(Result::is_ok)));
        }
        println!("{section}: {:.1?} a draft", started.elapsed() / RUNS);
    }
}

fn source(number: u32) -> Source {
    let year = 2010 + i32::try_from(number).unwrap_or_default();
    let text = TEXT
        .replace("{n}", &number.to_string())
        .replace("{year}", &year.to_string());
    Source {
        number,
        passage: PassageId(Uuid::from_u128(number.into())),
        document: DocumentId(Uuid::from_u128(number.into())),
        title: format!("Annual report {year}"),
        filename: format!("annual-report-{year}.md"),
        doc_type: DocType::AnnualReport,
        year: Some(year),
        outcome: None,
        page: Some(1),
        heading: Some("Our work".to_owned()),
        text,
        ordinal: 0,
        relevance: 0.5,
    }
}

fn request(section: Section) -> DraftRequest {
    DraftRequest {
        query: format!("{section} for a federal early-literacy grant"),
        audience: Audience::FederalRfp,
        section,
        tone: "Professional".to_owned(),
        custom_instructions: None,
        include_citations: true,
        max_words: 500,
        temperature: 0.3,
        max_tokens: 4096,
        organization: Some("Oak Hill Reads".to_owned()),
    }
}
