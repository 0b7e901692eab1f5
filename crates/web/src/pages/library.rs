//! `/library`: every document, filtered, and the files being taken in.

use archivist_domain::{DocumentId, JobId, JobState};
use archivist_store::deleted;
use archivist_store::documents::{self, Document, DocumentFilter};
use archivist_store::jobs::{self, JobFilter};
use archivist_store::statistics::{LibraryFigures, Tally};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::deleted::DeletedRow;
use super::facet::{Facet, Field};
use super::filter::{self, Choices, FilterForm};
use super::shell::{Place, Shell};
use super::versions::place;
use super::visitor::{PageWriter, Visitor};
use super::{page, show};
use crate::error::Error;
use crate::extract::Query;
use crate::jobs::{JobInfo, JobStatus, describe};
use crate::state::AppState;

const ROWS_PER_PAGE: i64 = 50;

/// More would push the library off the screen.
const JOBS_SHOWN: i64 = 20;

#[derive(Template)]
#[template(path = "pages/library.html")]
pub(super) struct LibraryPage {
    pub(super) shell: Shell,
    pub(super) is_editor: bool,
    pub(super) filter: FilterForm,
    pub(super) choices: Choices,
    /// What documents may wait for.
    pub(super) states: &'static [&'static str],
    pub(super) facets: Vec<Facet>,
    pub(super) rows: Vec<Row>,
    /// Documents that match.
    pub(super) total: i64,
    /// Documents in the library.
    pub(super) documents: i64,
    pub(super) passages: i64,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
    pub(super) jobs: JobsFragment,
    /// Those that can be tried again.
    pub(super) failed: Vec<JobLine>,
    /// A document that was deleted just now.
    pub(super) deleted: Option<DeletedRow>,
}

/// A document as a line of the list.
pub(super) struct Row {
    pub(super) address: String,
    pub(super) title: String,
    pub(super) filename: Option<String>,
    pub(super) filed: Vec<String>,
    pub(super) doc_type: &'static str,
    pub(super) year: Option<i32>,
    pub(super) outcome: Option<show::Chip>,
    pub(super) passages: i32,
    pub(super) needs_ocr: bool,
    /// Which of its versions it is, where there are others.
    pub(super) version: Option<String>,
    /// The newest of them, where it is another one: address and title.
    pub(super) newest: Option<(String, String)>,
    /// What waits for somebody.
    pub(super) waits: Vec<show::Chip>,
    pub(super) added: String,
    pub(super) added_iso: String,
}

/// The files being taken in.
#[derive(Template)]
#[template(path = "fragments/jobs.html")]
pub(super) struct JobsFragment {
    pub(super) jobs: Vec<JobLine>,
    /// Proves that a button is this site's own; `None` for who has no buttons.
    pub(super) csrf: Option<String>,
}

/// A file on its way in.
pub(super) struct JobLine {
    pub(super) id: JobId,
    pub(super) filename: String,
    pub(super) words: String,
    pub(super) is_running: bool,
    pub(super) is_locked: bool,
}

impl LibraryPage {
    pub(super) fn matches(&self) -> String {
        show::count(self.total, "document")
    }

    pub(super) fn holdings(&self) -> String {
        format!(
            "{} in {}",
            show::count(self.passages, "passage"),
            show::count(self.documents, "document")
        )
    }
}

/// The list with its filters.
pub(super) async fn list(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Query(filter): Query<FilterForm>,
    Query(gone): Query<Gone>,
) -> Result<Response, Error> {
    let number = filter.page_number()?;
    let skip = (number - 1) * ROWS_PER_PAGE;
    let wanted = DocumentFilter {
        without_held: !visitor.is_editor(),
        ..filter.for_documents()?
    };
    let found = state
        .documents
        .list(&state.pool, &wanted, skip, ROWS_PER_PAGE)
        .await?;
    let figures = state
        .documents
        .figures(&state.pool, visitor.is_editor())
        .await?;
    let turn = |to: i64| filter.address_with("/library", "page", &to.to_string());
    page(&LibraryPage {
        shell: visitor.shell(Place::Library),
        is_editor: visitor.is_editor(),
        choices: Choices::load(&state.pool, &figures).await?,
        states: filter::states(visitor.is_editor()),
        facets: facets(&filter, &figures),
        rows: rows(&state, found.rows).await?,
        total: found.total,
        documents: figures.documents,
        passages: figures.passages,
        newer: (number > 1).then(|| turn(number - 1)),
        older: (skip + ROWS_PER_PAGE < found.total).then(|| turn(number + 1)),
        jobs: load_jobs(&state, &visitor).await?,
        failed: load_failed(&state).await?,
        deleted: load_deleted(&state, &visitor, gone).await?,
        filter,
    })
}

/// What was deleted on the page before.
#[derive(Debug, Deserialize)]
pub(super) struct Gone {
    deleted: Option<String>,
}

/// The document whose deletion can be undone at once.
async fn load_deleted(
    state: &AppState,
    visitor: &Visitor,
    gone: Gone,
) -> Result<Option<DeletedRow>, Error> {
    let id = gone.deleted.and_then(|id| id.parse().ok());
    match id.filter(|_| visitor.is_editor()) {
        Some(id) => Ok(deleted::get(&state.pool, id).await?.map(DeletedRow::of)),
        None => Ok(None),
    }
}

/// The lines of the list. The newest versions of documents may stand on other pages of it.
async fn rows(state: &AppState, documents: Vec<Document>) -> Result<Vec<Row>, Error> {
    let newest = documents.iter().filter_map(Document::superseded_by);
    let newest: Vec<DocumentId> = newest.collect();
    let newest = if newest.is_empty() {
        Vec::new()
    } else {
        documents::by_ids(&state.pool, &newest).await?
    };
    let named = |id| newest.iter().find(|document| Some(document.doc_id) == id);
    let line = |document: Document| row(named(document.superseded_by()), document);
    Ok(documents.into_iter().map(line).collect())
}

fn row(newest: Option<&Document>, document: Document) -> Row {
    let title = document.display_title().to_owned();
    Row {
        address: format!("/library/{}", document.doc_id),
        needs_ocr: document.needs_ocr(),
        version: (!document.versions.is_empty())
            .then(|| place(document.version(), document.versions.len())),
        newest: newest.map(|newest| {
            let address = format!("/library/{}", newest.doc_id);
            (address, newest.display_title().to_owned())
        }),
        waits: waits(&document),
        filename: (document.filename != title).then_some(document.filename),
        title,
        filed: document.programs.into_iter().chain(document.tags).collect(),
        doc_type: document.doc_type.as_str(),
        year: document.year,
        outcome: show::outcome(document.outcome),
        passages: document.chunks_count.unwrap_or(0),
        added: show::day(document.upload_date.date()),
        added_iso: document.upload_date.date().to_string(),
    }
}

fn waits(document: &Document) -> Vec<show::Chip> {
    let waits = [
        (document.held, show::HELD),
        (document.to_confirm, show::TO_CONFIRM),
    ];
    let waits = waits.into_iter().filter(|(it_does, _)| *it_does);
    waits.map(|(_, chip)| chip).collect()
}

fn facets(filter: &FilterForm, figures: &LibraryFigures) -> Vec<Facet> {
    let facet = |heading, name, current, tallies: Vec<&Tally<String>>| {
        let field = Field {
            heading,
            name,
            current,
        };
        let values = tallies.into_iter();
        let values = values.map(|tally| (tally.value.clone(), tally.count));
        Facet::new("/library", filter, field, values)
    };
    let (types, outcomes) = (&figures.by_type, &figures.by_outcome);
    let years = figures.by_year.iter().rev().collect();
    let facets = [
        facet("Type", "doc_type", &filter.doc_type, types.iter().collect()),
        facet(
            "Outcome",
            "outcome",
            &filter.outcome,
            outcomes.iter().collect(),
        ),
        facet("Year", "year", &filter.year, years),
    ];
    facets
        .into_iter()
        .filter(|f| !f.values.is_empty())
        .collect()
}

/// What a page that shows the open jobs already knows of them.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    /// How many it shows.
    #[serde(default)]
    open: usize,
}

/// The open jobs alone, asked for again and again while there are some. When
/// one has ended, the list of documents is told to load again.
pub(super) async fn open_jobs(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Query(known): Query<Known>,
) -> Result<Response, Error> {
    let fragment = load_jobs(&state, &visitor).await?;
    let reply = page(&fragment)?;
    if fragment.jobs.len() < known.open {
        return Ok(([("HX-Trigger", "library-changed")], reply).into_response());
    }
    Ok(reply)
}

async fn load_jobs(state: &AppState, visitor: &Visitor) -> Result<JobsFragment, Error> {
    let open = jobs::list(&state.pool, &JobFilter::open(None), 0, JOBS_SHOWN).await?;
    let open = describe(state, &open).await;
    // The oldest goes first.
    Ok(JobsFragment {
        jobs: open.into_iter().rev().map(job_line).collect(),
        csrf: visitor.is_editor().then(|| visitor.cookie.csrf()),
    })
}

/// Jobs that failed and can be tried again, newest first.
async fn load_failed(state: &AppState) -> Result<Vec<JobLine>, Error> {
    let filter = JobFilter {
        states: vec![JobState::Failed],
        ..JobFilter::default()
    };
    let failed = jobs::list(&state.pool, &filter, 0, JOBS_SHOWN).await?;
    let failed = describe(state, &failed).await.into_iter();
    Ok(failed.filter(|job| job.can_retry).map(job_line).collect())
}

fn job_line(job: JobInfo) -> JobLine {
    JobLine {
        id: job.job_id,
        is_locked: job.code.as_deref() == Some("locked"),
        is_running: job.status == JobStatus::Extracting,
        filename: job.filename,
        words: job.message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_that_is_on_takes_itself_off() {
        let tally = |value: &str| Tally {
            value: value.to_owned(),
            count: 2,
        };
        let figures = LibraryFigures {
            by_year: vec![tally("2023"), tally("2024")],
            ..LibraryFigures::default()
        };
        let filter = FilterForm {
            year: "2024".into(),
            q: "plan".into(),
            ..FilterForm::default()
        };
        let facets = facets(&filter, &figures);
        assert_eq!(facets.len(), 1, "empty facets are left out");
        let [newest, older] = facets[0].values.as_slice() else {
            panic!("two years")
        };
        assert!(newest.is_on && newest.address == "/library?q=plan");
        assert_eq!(older.address, "/library?q=plan&year=2023");
    }
}
