//! Every template renders from samples that are as awkward as real data: markup
//! in texts, very long words, values that are missing.

use archivist_domain::config::UserPreferences;
use archivist_domain::output::Tracking;
use archivist_domain::{
    Audience, DocType, DocumentId, JobId, Outcome, OutputId, OutputStatus, OutputType, PassageId,
    SearchOrder, UserRole,
};
use archivist_store::citations::Citation;
use archivist_store::deleted::Deleted;
use archivist_store::documents::Document;
use archivist_store::outputs::Output;
use archivist_store::sources::OutputSource;
use archivist_store::statistics::Summary;
use askama::Template;
use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::account::PasswordPage;
use super::add::{AddPage, AddedPage};
use super::board::{BoardFilter, BoardPage, Card, Column};
use super::citation::CitationPage;
use super::cited;
use super::confirm::{ConfirmForm, ConfirmPage, Control, FieldView, Found};
use super::deleted::{DeletedPage, DeletedRow};
use super::document::{self, DocumentPage, PassageView, Recognition};
use super::facet::{Facet, FacetValue};
use super::failure::ErrorPage;
use super::filter::{self, Choices, FilterForm};
use super::form::Problems;
use super::library::{JobLine, JobsFragment, LibraryPage, Row};
use super::marked;
use super::named::{Name, Named};
use super::output::{self, OutputPage, SourceView, TrackingForm, edit};
use super::search::{HitView, Problem, SearchPage};
use super::shell::{Person, Place, Shell};
use super::show;
use super::sign_in::SignInPage;
use super::versions::{Kin, SimilarView, VersionView};
use super::write::{self, WritePage};

/// A text that must never reach a page as markup.
const HOSTILE: &str = "<script>alert(1)</script> & \"quoted\"";

fn long_word() -> String {
    format!("{HOSTILE} {}", "Donaudampfschifffahrt".repeat(40))
}

fn shell() -> Shell {
    Shell {
        person: Some(Person {
            name: HOSTILE.to_owned(),
            role: UserRole::Editor,
            csrf: "token".to_owned(),
        }),
        place: Some(Place::Library),
    }
}

/// Renders, and checks what must hold for every page.
fn rendered(template: &impl Template) -> String {
    let html = template.render().unwrap();
    assert!(!html.contains("<script>alert"), "unescaped text:\n{html}");
    // The policy forbids inline styles and handlers; they would silently do nothing.
    assert!(!html.contains(" style=") && !html.contains(" onclick="));
    for (at, _) in html.match_indices("<script") {
        assert!(html[at..].split('>').next().unwrap().contains(" src="));
    }
    html
}

fn choices() -> Choices {
    Choices {
        types: DocType::LABELS,
        years: vec!["2024".into()],
        programs: vec![HOSTILE.into()],
        tags: vec![long_word()],
        outcomes: Outcome::LABELS,
    }
}

fn filter() -> FilterForm {
    FilterForm {
        q: HOSTILE.into(),
        year: "2024".into(),
        ..FilterForm::default()
    }
}

fn document(title: Option<String>) -> Document {
    Document {
        doc_id: DocumentId(Uuid::nil()),
        filename: "plan.pdf".into(),
        title,
        doc_type: DocType::AnnualReport,
        year: None,
        outcome: Some(Outcome::Funded),
        fiscal_year: Some(HOSTILE.into()),
        funder: Some(long_word()),
        requested_amount: Some(Decimal::from(50_000)),
        awarded_amount: None,
        notes: Some(HOSTILE.into()),
        upload_date: NaiveDateTime::default(),
        file_size: Some(2048),
        chunks_count: None,
        page_count: Some(3),
        pages_without_text: vec![2],
        file_sha256: Some("ab".into()),
        created_by: None,
        programs: vec![HOSTILE.into()],
        tags: vec![long_word()],
        held: false,
        versions: Vec::new(),
        to_confirm: true,
    }
}

fn output(status: OutputStatus) -> Output {
    let tracking = Tracking::default();
    Output {
        output_id: OutputId(Uuid::nil()),
        conversation_id: None,
        output_type: OutputType::GrantReport,
        title: long_word(),
        content: format!("{HOSTILE} [1].\n\nMore [7]."),
        word_count: None,
        status,
        writing_style_id: None,
        funder_name: tracking.funder_name,
        requested_amount: tracking.requested_amount,
        awarded_amount: tracking.awarded_amount,
        submission_date: tracking.submission_date,
        decision_date: tracking.decision_date,
        success_notes: Some(HOSTILE.into()),
        metadata: None,
        created_by: None,
        created_at: NaiveDateTime::default(),
        updated_at: NaiveDateTime::default(),
    }
}

#[test]
fn outside_the_sign_in() {
    let html = rendered(&SignInPage {
        shell: Shell::outside(),
        organization: Some(HOSTILE.into()),
        email: HOSTILE.into(),
        next: HOSTILE.into(),
        problems: Problems::at("", "wrong password"),
    });
    assert!(html.contains("Wrong password."));
    let html = rendered(&ErrorPage {
        shell: Shell::outside(),
        status: 404,
        heading: "Not found",
        message: long_word(),
    });
    assert!(!html.contains("Sign out"));
}

#[test]
fn the_password_form_says_what_is_wrong_beside_the_field() {
    let html = rendered(&PasswordPage {
        shell: shell(),
        email: HOSTILE.into(),
        is_due: true,
        is_changed: true,
        min_chars: 8,
        problems: Problems::at("new", "too short"),
    });
    assert!(html.contains(r#"id="new-problem">Too short."#));
    assert!(html.contains("aria-invalid"));
    assert!(html.contains("Sign out"));
}

fn library(rows: Vec<Row>, documents: i64) -> LibraryPage {
    LibraryPage {
        shell: shell(),
        is_editor: true,
        filter: filter(),
        choices: choices(),
        states: filter::states(true),
        facets: vec![Facet {
            heading: "Type",
            values: vec![FacetValue {
                label: long_word(),
                count: 3,
                address: "/library".into(),
                is_on: true,
            }],
            more: Vec::new(),
        }],
        rows,
        total: documents,
        documents,
        passages: 1234,
        newer: Some("/library?page=1".into()),
        older: None,
        jobs: JobsFragment {
            jobs: vec![job_line()],
            csrf: Some("token".to_owned()),
        },
        failed: vec![job_line()],
        deleted: Some(deleted_row()),
    }
}

fn deleted_row() -> DeletedRow {
    DeletedRow::of(Deleted {
        doc_id: DocumentId(Uuid::nil()),
        filename: "plan.pdf".into(),
        title: Some(long_word()),
        year: None,
        file_sha256: None,
        deleted_at: "2026-10-02T04:05:06Z".parse().unwrap(),
        deleted_by: Some(HOSTILE.into()),
    })
}

#[test]
fn deleted_documents_can_come_back() {
    let html = rendered(&library(Vec::new(), 0));
    assert!(html.contains("can come back until 1 Nov 2026"));
    let page = |rows| DeletedPage {
        shell: shell(),
        rows,
        total: 301,
    };
    let html = rendered(&page(vec![deleted_row()]));
    assert!(html.contains("Bring back") && html.contains("The latest 1 of 301"));
    assert!(rendered(&page(Vec::new())).contains("Nothing was deleted lately"));
}

#[test]
fn a_cited_passage_outlives_its_document() {
    let html = rendered(&CitationPage {
        shell: shell(),
        citation: Citation {
            passage_id: PassageId(Uuid::nil()),
            doc_id: DocumentId(Uuid::nil()),
            title: long_word(),
            filename: "plan.pdf".into(),
            year: Some(2024),
            file_sha256: Some("ab".into()),
            page: Some(3),
            heading: Some(HOSTILE.into()),
            text: format!("One.\n\n{HOSTILE}"),
            deleted_at: Some("2026-10-02T04:05:06Z".parse().unwrap()),
            held: false,
        },
    });
    assert!(html.contains("deleted on 2 Oct 2026"));
    assert!(html.contains("/file#page=3"));
}

#[test]
fn the_library_with_and_without_documents() {
    let row = Row {
        address: "/library/1".into(),
        title: long_word(),
        filename: Some(HOSTILE.into()),
        filed: vec![HOSTILE.into()],
        doc_type: "Other",
        year: None,
        outcome: None,
        passages: 3,
        needs_ocr: true,
        version: Some("version 1 of 2".into()),
        newest: Some(("/library/2".into(), HOSTILE.into())),
        waits: vec![show::HELD, show::TO_CONFIRM],
        added: "2 Oct 2026".into(),
        added_iso: "2026-10-02".into(),
    };
    let html = rendered(&library(vec![row], 1));
    assert!(html.contains("<option selected>2024</option>"));
    assert!(html.contains("1 document of 1 match"));
    assert!(html.contains("no year") && html.contains("Needs OCR"));
    assert!(rendered(&library(Vec::new(), 7)).contains("No document matches"));
    assert!(rendered(&library(Vec::new(), 0)).contains("Add the first documents"));
}

#[test]
fn open_jobs_ask_again_until_there_are_none() {
    assert!(rendered(&library(Vec::new(), 0).jobs).contains("/library/jobs?open=1"));
    let none = rendered(&JobsFragment {
        jobs: Vec::new(),
        csrf: None,
    });
    assert!(!none.contains("hx-get") && none.contains("hidden"));
}

fn job_line() -> JobLine {
    JobLine {
        id: JobId(Uuid::nil()),
        filename: HOSTILE.into(),
        words: HOSTILE.into(),
        is_running: true,
        is_locked: true,
    }
}

#[test]
fn files_of_a_form_and_what_became_of_them() {
    let html = rendered(&AddedPage {
        shell: shell(),
        taken: vec![HOSTILE.into()],
        refused: vec![(HOSTILE.into(), long_word())],
    });
    assert!(html.contains("1 file on the way") && html.contains("Not taken in"));
}

#[test]
fn adding_documents() {
    let html = rendered(&AddPage {
        shell: shell(),
        types: DocType::LABELS,
        outcomes: Outcome::LABELS,
        programs: vec![HOSTILE.into()],
        tags: vec![HOSTILE.into()],
        funders: vec![HOSTILE.into()],
        first_year: 2000,
        last_year: 2027,
        max_bytes: 50 * 1024 * 1024,
    });
    assert!(html.contains("up to 50.0 MB each"));
    for field in ["year", "doc_type"] {
        let place = format!("data-field=\"{field}\"");
        let mut tags = html.split('<').filter(|tag| tag.contains(&place));
        let none = tags.all(|tag| !tag.contains("required"));
        assert!(none, "{field} is found in the document");
    }
}

#[test]
fn a_document_with_the_passage_that_was_asked_for() {
    let passage = |is_chosen| PassageView {
        id: PassageId(Uuid::nil()),
        paragraphs: vec![long_word()],
        heading: Some(HOSTILE.into()),
        pages: Some("page 2".into()),
        file: Some("/api/documents/x/file#page=2".into()),
        is_chosen,
    };
    let html = rendered(&DocumentPage {
        shell: shell(),
        is_editor: true,
        document: document(Some(long_word())),
        passages: vec![passage(true), passage(false)],
        findings: vec![archivist_store::holds::Finding {
            kind: "social_security".into(),
            passage: 0,
            page: Some(2),
            starts: 0,
            ends: 11,
            masked: "***-**-6789".into(),
            confidence: 0.9,
        }],
        kin: kin(),
        confirm: Some(confirm_form()),
        named: vec![Named {
            heading: "Places",
            names: vec![Name {
                text: long_word(),
                count: 2,
                passage: PassageId(Uuid::nil()),
            }],
            others: 3,
        }],
        recognition: Some(Recognition {
            id: DocumentId(Uuid::nil()),
            words: Some("recognising page 3 of <9>".to_owned()),
            is_open: true,
            page: Some((3, 9)),
            csrf: None,
            missing: None,
        }),
    });
    assert!(html.contains("***-**-6789"));
    assert!(html.contains("recognising page 3 of &#60;9&#62;"));
    assert!(html.contains(r#"<progress value="3" max="9""#) && html.contains("every 2s"));
    assert!(html.contains("proposed from page 1") && html.contains("· likely"));
    assert!(html.contains("$50,000") && html.contains("What it names"));
    assert_eq!(html.matches("This passage").count(), 1);
    assert!(html.contains(r#"id="p-00000000-0000-0000-0000-000000000000""#));
    let html = rendered(&document::DeletePage {
        shell: shell(),
        document: document(None),
    });
    assert!(html.contains("plan.pdf"));
}

/// A newer version than the one that is shown, and a document that is much like it.
fn kin() -> Kin {
    let version = |is_shown| VersionView {
        id: DocumentId(Uuid::from_u128(u128::from(is_shown))),
        title: long_word(),
        year: Some(2024),
        added: "2 Oct 2026".into(),
        is_shown,
    };
    Kin {
        versions: vec![version(false), version(true)],
        similar: vec![SimilarView {
            id: DocumentId(Uuid::from_u128(7)),
            title: HOSTILE.into(),
            year: None,
            share: "87 %".into(),
            is_superseded: true,
        }],
    }
}

fn confirm_form() -> ConfirmForm {
    let found = |other: Option<&str>| Found {
        other: other.map(str::to_owned),
        place: "page 1".into(),
        words: long_word(),
        sureness: "likely",
    };
    let field = |name, control| FieldView {
        name,
        label: "Field",
        control,
        value: HOSTILE.into(),
        found: vec![found(None), found(Some(HOSTILE))],
    };
    ConfirmForm {
        id: DocumentId(Uuid::nil()),
        csrf: "token".into(),
        fields: vec![
            field("title", Control::Text),
            field("year", Control::Year),
            field("outcome", Control::Choice(Outcome::LABELS)),
        ],
        programs: vec![(HOSTILE.into(), true)],
        named: vec![found(None)],
        first_year: 2000,
        last_year: 2027,
        problems: Problems::at("year", "no such year"),
        to_confirm: true,
    }
}

#[test]
fn what_was_found_is_a_form_with_its_evidence() {
    let html = rendered(&ConfirmPage {
        shell: shell(),
        title: long_word(),
        form: confirm_form(),
    });
    assert!(html.contains("Confirm all") && html.contains("No such year."));
}

fn search(hits: Vec<HitView>, documents: i64) -> SearchPage {
    SearchPage {
        shell: shell(),
        is_editor: false,
        filter: filter(),
        choices: choices(),
        funders: vec![HOSTILE.into()],
        documents,
        orders: SearchOrder::LABELS,
        lists: true,
        listed: false,
        reading: None,
        matching: "31 passages in 12 documents, at most three of each shown".to_owned(),
        facets: Vec::new(),
        did_you_mean: None,
        hints: Vec::new(),
        liked: None,
        within: None,
        saved: Vec::new(),
        page: 1,
        previous: None,
        next: None,
        hits,
        problem: None,
    }
}

#[test]
fn a_search_that_makes_no_sense_says_what_to_write() {
    let mut page = search(Vec::new(), 9);
    page.filter.q = "coaches year:<soon>".to_owned();
    page.problem = Some(Problem {
        heading: "This search was not understood",
        text: "'year:<soon>' is no year: write year:2024".to_owned(),
    });
    let html = rendered(&page);
    assert!(html.contains("This search was not understood"));
    assert!(html.contains("write year:2024") && !html.contains("<soon>"));
    assert!(!html.contains("search the whole archive"));
}

#[test]
fn hits_are_marked_and_never_read_as_markup() {
    let text = "Say <b>coaches</b> & more";
    let at = text.find("coaches").unwrap();
    let mark = at..at + "coaches".len();
    let hit = HitView {
        is_pinned: true,
        pin: Some("/search/pins/remove?q=coaches".into()),
        passage: PassageId(Uuid::nil()),
        more_like: "/search?like=1".into(),
        without: "/search?without=1".into(),
        within: Some("/search?document=1".to_owned()),
        address: "/library/1".into(),
        file: Some("/f".into()),
        title: long_word(),
        doc_type: "Other",
        year: Some(2024),
        outcome: show::outcome(Some(Outcome::NotFunded)),
        is_superseded: true,
        pages: Some("page 4".into()),
        heading: Some(HOSTILE.into()),
        score: 87,
        reasons: "matched coaches".into(),
        figures: "words 8.21".into(),
        lead: Some("What stood <before>.".into()),
        excerpt: marked::excerpt(text, std::slice::from_ref(&mark), 400),
    };
    let mut page = search(vec![hit], 9);
    page.did_you_mean = Some(("<coaches>".to_owned(), "/search?q=coaches".to_owned()));
    page.hints = vec![archivist_search::Hint::UnknownCondition(
        "<author>".to_owned(),
    )];
    page.next = Some("/search?page=2".to_owned());
    page.facets = vec![Facet {
        heading: "Tag",
        values: vec![FacetValue {
            label: HOSTILE.into(),
            count: 3,
            address: "/search".to_owned(),
            is_on: true,
        }],
        more: vec![FacetValue {
            label: "rural".into(),
            count: 1,
            address: "/search?tag=rural".to_owned(),
            is_on: false,
        }],
    }];
    page.within = Some(HOSTILE.to_owned());
    let html = rendered(&page);
    assert!(html.contains(r#"<a href="/search?q=coaches">&#60;coaches&#62;</a>?"#));
    assert!(html.contains("Note: “&#60;author&#62;:” is no condition"));
    assert!(html.contains("More passages") && !html.contains("Better ones"));
    assert!(html.contains(r#"aria-current="true""#));
    assert!(html.contains("&#60;b&#62;<mark>coaches</mark>"));
    assert!(html.contains("What stood &#60;before&#62;."));
    assert!(html.contains("31 passages in 12 documents"));
    assert!(
        html.contains("Only in <b>&#60;script&#62;"),
        "the document's title is text"
    );
    assert!(html.contains(r#"<a href="/search?document=1""#));
    assert!(html.contains("<summary>1 more</summary>"));
    assert!(rendered(&search(Vec::new(), 9)).contains("search the whole archive"));
    assert!(rendered(&search(Vec::new(), 0)).contains("nothing to search yet"));
}

#[test]
fn writing_with_and_without_documents() {
    let page = |documents| WritePage {
        shell: shell(),
        is_editor: true,
        documents,
        disclosure: HOSTILE.into(),
        audiences: Audience::LABELS,
        sections: write::sections(),
        tones: &["Plain"],
        types: OutputType::ALL,
        choices: choices(),
        first: UserPreferences {
            default_audience: Some("General Public".into()),
            default_section: Some("Impact & Outcomes".into()),
            default_tone: Some(HOSTILE.into()),
            ..UserPreferences::default()
        },
    };
    let html = rendered(&page(3));
    for selected in ["General Public", "Impact &#38; Outcomes"] {
        let option = format!("<option selected>{selected}</option>");
        assert!(html.contains(&option), "{selected}");
    }
    assert!(
        html.contains("Impact &#38; Outcomes") && html.contains(r#"data-element="governance""#)
    );
    assert!(rendered(&page(0)).contains("nothing to draft from yet"));
}

#[test]
fn the_board_in_every_status() {
    let card = || Card {
        address: "/outputs/1".into(),
        title: long_word(),
        type_words: "Other",
        funder: None,
        amount: Some("$5".into()),
        amount_words: "requested",
        when: "begun today".into(),
        owner: Some(HOSTILE.into()),
    };
    let chips = OutputStatus::ALL.iter().map(|&s| (s, show::status(s)));
    let column = |chip| Column {
        chip,
        cards: vec![card(), card()],
    };
    let page = |all| BoardPage {
        shell: shell(),
        filter: BoardFilter {
            q: HOSTILE.into(),
            ..BoardFilter::default()
        },
        types: OutputType::ALL,
        statuses: chips.clone().collect(),
        figures: Summary {
            all,
            awarded_amount: Decimal::from(475_000),
            ..Summary::default()
        },
        columns: chips.clone().map(|(_, chip)| column(chip)).collect(),
        total: 301,
        only_own: true,
    };
    let html = rendered(&page(10));
    assert!(html.contains("$475,000") && html.contains("The newest 300 of 301"));
    assert!(rendered(&page(0)).contains("No outputs yet"));
}

#[test]
fn an_output_keeps_what_was_typed() {
    let output = output(OutputStatus::Pending);
    let source = OutputSource {
        number: 1,
        passage_id: None,
        doc_id: None,
        cited_passage_id: Some(PassageId(Uuid::nil())),
        title: long_word(),
        filename: "a.pdf".into(),
        year: Some(2024),
        page: Some(3),
        heading: Some(HOSTILE.into()),
        excerpt: HOSTILE.into(),
        superseded_by: Some(DocumentId(Uuid::nil())),
    };
    let mut problems = Problems::at("awarded_amount", "too much");
    problems.add("status", "not that way");
    let html = rendered(&OutputPage {
        shell: shell(),
        paragraphs: cited::paragraphs(&output.content, |number| number == 1),
        sources: vec![SourceView {
            source,
            passage: None,
            file: None,
            kept: Some("/cited/7".into()),
        }],
        steps: output::steps(output.status, false),
        form: TrackingForm {
            awarded_amount: "lots & lots".into(),
            status: "awarded".into(),
            ..TrackingForm::of(&output)
        },
        problems,
        warnings: output.tracking().warnings(output.status),
        may_delete: true,
        output,
    });
    assert!(html.contains(r#"value="lots &#38; lots""#));
    assert!(html.contains("Too much.") && html.contains("Not that way."));
    assert!(html.contains(r##"href="#source-1""##) && html.contains("(no source)"));
    assert!(html.contains("This document has since been deleted"));
    assert!(html.contains(r#"href="/cited/7""#));
}

#[test]
fn editing_and_deleting_an_output() {
    let html = rendered(&edit::EditPage {
        shell: shell(),
        id: OutputId(Uuid::nil()),
        types: OutputType::ALL,
        form: edit::EditForm {
            title: HOSTILE.into(),
            output_type: "other".into(),
            content: "</textarea><script>alert(1)</script>".into(),
        },
        problems: Problems::at("content", "too long"),
    });
    assert!(html.contains(r#"<option value="other" selected>"#));
    assert!(html.contains("Too long."));
    let html = rendered(&output::delete::DeletePage {
        shell: shell(),
        id: OutputId(Uuid::nil()),
        title: long_word(),
    });
    assert!(html.contains("cannot be undone"));
}
