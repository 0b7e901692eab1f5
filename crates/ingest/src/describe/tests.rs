use super::places::words_of_name;
use super::year::years;
use super::*;
use crate::extract::{Block, BlockKind};
use crate::kind::FileKind;

fn extracted(title: Option<&str>, blocks: Vec<Block>) -> Extracted {
    Extracted {
        kind: FileKind::Pdf,
        title: title.map(str::to_owned),
        page_count: None,
        blocks,
        pictures: Vec::new(),
        notes: Vec::new(),
    }
}

fn heading(text: &str) -> Block {
    Block::new(BlockKind::Heading { level: 1 }, text)
}

fn paragraph(text: &str) -> Block {
    Block::new(BlockKind::Paragraph, text)
}

/// What is proposed for a file of these blocks.
fn proposed(name: &str, blocks: Vec<Block>) -> Proposal {
    propose(name, &extracted(None, blocks), 2026)
}

const SENTENCE: &str =
    "Our tutors read with every child of the county twice a week, all year long.";

#[test]
fn a_telling_file_name_is_enough() {
    let blocks = vec![heading("Hello everybody"), paragraph("Text.")];
    let proposal = proposed("2023AnnualReport.pdf", blocks);
    let doc_type = proposal.doc_type.unwrap();
    assert_eq!(
        (doc_type.value, doc_type.evidence.as_str()),
        (DocType::AnnualReport, "file name: annual report")
    );
    let year = proposal.year.unwrap();
    assert_eq!(year.value, 2023);
    assert!((0.8..=1.0).contains(&year.confidence));
}

#[test]
fn content_speaks_when_the_name_is_silent() {
    let text = "Submitted in fiscal year 2021 (FY21) to the fund, first planned in 2019.";
    let blocks = vec![heading("Grant application for tutoring"), paragraph(text)];
    let proposal = proposed("scan01.pdf", blocks);
    assert_eq!(proposal.doc_type.unwrap().value, DocType::GrantProposal);
    let year = proposal.year.unwrap();
    assert_eq!(
        (year.value, year.evidence.as_str()),
        (2021, "opening: 2021")
    );
    assert_eq!(proposal.fiscal_year.unwrap().value, "FY2021");
    assert_eq!(proposal.title.value, "Grant application for tutoring");
}

#[test]
fn nothing_is_proposed_where_nothing_is_known() {
    let blocks = vec![
        heading("Some thoughts"),
        paragraph("We gave $2,021 in 1999."),
    ];
    let proposal = proposed("notes.txt", blocks);
    assert_eq!((proposal.doc_type, proposal.year), (None, None));
    assert_eq!((proposal.funder, proposal.outcome), (None, None));
    assert_eq!((proposal.requested, proposal.awarded), (None, None));
}

#[test]
fn a_call_for_proposals_is_no_proposal() {
    let blocks = vec![
        heading("Request for Proposals: literacy"),
        paragraph("Text."),
    ];
    assert_eq!(
        proposed("x.pdf", blocks).doc_type.unwrap().value,
        DocType::Other
    );
}

#[test]
fn titles_that_programs_leave_behind_are_passed_over() {
    let title = |own: &str| {
        let blocks = vec![heading("Strategic Plan 2025"), paragraph("x")];
        propose("b.pdf", &extracted(Some(own), blocks), 2026)
            .title
            .value
    };
    for left_behind in [
        "Microsoft Word - draft7.doc",
        "Untitled",
        "Open copy of proposal",
    ] {
        assert_eq!(title(left_behind), "Strategic Plan 2025");
    }
    let blocks = vec![
        heading("Overview"),
        paragraph("Reading for All begins in May."),
    ];
    let own = propose("b.pdf", &extracted(Some("Reading for All"), blocks), 2026);
    assert_eq!(own.title.value, "Reading for All");
}

#[test]
fn a_form_names_its_title_on_the_same_line_or_the_next() {
    let blocks = vec![
        heading("WILLOW CREEK FOUNDATION"),
        heading("APPLICATION FORM"),
        paragraph("Project Title: Sustaining Rural\nreading rooms"),
    ];
    assert_eq!(
        proposed("a.pdf", blocks).title.value,
        "Sustaining Rural reading rooms"
    );
    let blocks = vec![
        heading("Project Title"),
        paragraph("Sustaining Rural Reading"),
        paragraph(SENTENCE),
    ];
    let title = proposed("a.pdf", blocks).title;
    assert_eq!(title.value, "Sustaining Rural Reading");
    assert!(title.confidence > 0.9, "{title:?}");
}

#[test]
fn a_title_stands_at_the_top_and_people_and_outlines_are_none() {
    let blocks = vec![
        paragraph("Maria T. Quill"),
        paragraph("Research Opportunity: S45. Reading landings as a way to school"),
        heading("Project Summary"),
        paragraph(SENTENCE),
    ];
    assert_eq!(
        proposed("a.pdf", blocks).title.value,
        "Reading landings as a way to school"
    );
    let blocks = vec![
        heading("PROJECT SUMMARY"),
        heading("Overview"),
        paragraph(SENTENCE),
    ];
    assert_eq!(proposed("quill_2021.pdf", blocks).title.value, "quill 2021");
}

#[test]
fn a_title_over_two_lines_is_one() {
    let blocks = vec![
        heading("“Reading for all: a new way to\nlearn on islands”"),
        paragraph(SENTENCE),
    ];
    assert_eq!(
        proposed("a.pdf", blocks).title.value,
        "Reading for all: a new way to learn on islands"
    );
}

#[test]
fn what_a_proposal_will_establish_is_better_than_the_file_name() {
    let blocks = vec![
        heading("Proposal cover sheet"),
        paragraph("This proposal will establish the Island Readers Forum as a place to meet."),
    ];
    let title = proposed("a.pdf", blocks).title;
    assert_eq!(title.value, "Island Readers Forum");
    assert!(title.confidence < 0.6);
}

#[test]
fn amounts_funder_and_dates_of_a_cover_sheet() {
    let blocks = vec![
        paragraph("Funder: Willow Creek Foundation"),
        paragraph("Amount Requested: $86,000"),
        paragraph("Requested Start Date: 1 January 2021"),
        paragraph("Our whole budget is $250,000."),
    ];
    let proposal = proposed("a.pdf", blocks);
    let funder = proposal.funder.unwrap();
    assert_eq!(funder.value, "Willow Creek Foundation");
    assert_eq!(funder.evidence, "funder: Willow Creek Foundation");
    assert_eq!(proposal.requested.unwrap().value.to_string(), "86000.00");
    assert_eq!(proposal.awarded, None);
    assert_eq!(proposal.year.unwrap().value, 2021);
}

#[test]
fn letters_tell_what_became_of_it() {
    let text = "We are pleased to inform you that your project was awarded $40,000.";
    let proposal = proposed("letter.pdf", vec![paragraph(text)]);
    assert_eq!(proposal.outcome.unwrap().value, Outcome::Funded);
    assert_eq!(proposal.awarded.unwrap().value.to_string(), "40000.00");
    let declined = proposed("2023 proposal - not funded.pdf", vec![paragraph("Text.")]);
    assert_eq!(declined.outcome.unwrap().value, Outcome::NotFunded);
}

#[test]
fn rules_that_disagree_make_less_sure() {
    let sure = proposed("plan 2021.pdf", vec![paragraph("Dated: May 3, 2021")]);
    let unsure = proposed("plan 2021.pdf", vec![paragraph("Dated: May 3, 2019")]);
    let (sure, unsure) = (sure.year.unwrap(), unsure.year.unwrap());
    assert_eq!((sure.value, unsure.value), (2021, 2021));
    assert!(sure.confidence > unsure.confidence + 0.3);
}

#[test]
fn programs_of_the_site_are_found_by_their_names() {
    let blocks = [
        heading("Kitchen Table"),
        paragraph(&format!("{SENTENCE} Reading Landings help. ")),
    ];
    let passages = crate::passages::cut(&blocks);
    let names = ["Reading Landings", "Meals", "KITCHEN TABLE"].map(str::to_owned);
    let found = programs(&names, "Kitchen Table in 2021", &passages);
    let values: Vec<&str> = found.iter().map(|program| program.value.as_str()).collect();
    assert_eq!(values, ["KITCHEN TABLE", "Reading Landings"]);
    assert!(found[0].confidence > found[1].confidence);
}

#[test]
fn names_become_words() {
    assert_eq!(
        words_of_name("2023AnnualReport_final-v2.pdf"),
        "2023 Annual Report final v 2"
    );
    assert_eq!(words_of_name("folder/lee_jane_2021.docx"), "lee jane 2021");
}

#[test]
fn years_are_told_from_other_numbers() {
    let text = "FY2024, 2023/24 5,2022 12021 2022.5 3/14/2025. 1999 2031 $2020";
    let found: Vec<i32> = years(text, 2026).collect();
    assert_eq!(found, [2024, 2023, 2025]);
}

#[test]
fn a_line_in_quotation_marks_at_the_top_is_the_title() {
    let blocks = vec![
        paragraph("“Reading in harmony: a new way to\nlearn together on islands”"),
        heading("Rationale and positioning of the work"),
        paragraph(SENTENCE),
    ];
    let title = proposed("quill_2019.pdf", blocks).title;
    assert_eq!(
        title.value,
        "Reading in harmony: a new way to learn together on islands"
    );
    assert!(title.confidence > 0.6, "{title:?}");
}

#[test]
fn a_term_that_is_used_throughout_is_better_than_the_file_name() {
    let text = "Children find shared reading-at-home (sRAH) hard. We study sRAH. With sRAH they \
                learn; without sRAH they do not. We measure sRAH twice and compare sRAH.";
    let title = proposed("quill_rebecca.pdf", vec![paragraph(text)]).title;
    assert_eq!(title.value, "Shared reading-at-home");
    assert!(title.confidence < 0.5, "it is a guess");
    // Who writes is not what is written about.
    let text = text.replace(
        "shared reading-at-home (sRAH)",
        "Sound Reading Harbor (SRH) Inc.",
    );
    let text = text.replace("sRAH", "SRH");
    let title = proposed("quill_rebecca.pdf", vec![paragraph(&text)]).title;
    assert_eq!(title.value, "quill rebecca");
}

#[test]
fn cited_works_are_older_than_the_document() {
    let cites = "Others (Penn & Tansy, 2008; Rill, 2017) and Quill et al. (2016) tell why. So do \
                 Tansy (2018) and Rill (2015).";
    let year = proposed("quill.pdf", vec![paragraph(cites)]).year.unwrap();
    assert_eq!(
        (year.value, year.evidence.as_str()),
        (2018, "latest work cited: 2018")
    );
    assert!(year.confidence < 0.5);
    let dated = vec![paragraph(cites), paragraph("Date: March 3, 2021")];
    assert_eq!(proposed("quill.pdf", dated).year.unwrap().value, 2021);
}
