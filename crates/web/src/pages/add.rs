//! `/library/add`: several files at once. A script sends them one by one to the API and
//! follows each; without it the form sends them all.

use archivist_domain::document::FIRST_YEAR;
use archivist_domain::{DocType, Outcome};
use archivist_ingest::FileKind;
use archivist_ingest::kind::ACCEPTED_TYPES;
use archivist_store::{documents, programs};
use askama::Template;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::form::filled;
use super::shell::{Place, Shell};
use super::visitor::{PageEditor, Visitor};
use super::{page, show};
use crate::auth::CSRF_FIELD;
use crate::error::Error;
use crate::extract::Client;
use crate::intake::{self, Asked, Description, Metadata, Order};
use crate::secret::Secret;
use crate::sent::{SentFile, broken, text};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "pages/add.html")]
pub(super) struct AddPage {
    pub(super) shell: Shell,
    pub(super) types: &'static [&'static str],
    pub(super) outcomes: &'static [&'static str],
    pub(super) programs: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) funders: Vec<String>,
    pub(super) first_year: i32,
    pub(super) last_year: i32,
    pub(super) max_bytes: u64,
}

/// What became of the files of a form.
#[derive(Template)]
#[template(path = "pages/added.html")]
pub(super) struct AddedPage {
    pub(super) shell: Shell,
    /// Names of those that are on their way.
    pub(super) taken: Vec<String>,
    /// Names of the others, and why.
    pub(super) refused: Vec<(String, String)>,
}

impl AddedPage {
    pub(super) fn heading(&self) -> String {
        let taken = i64::try_from(self.taken.len()).unwrap_or(i64::MAX);
        format!("{} on the way", show::count(taken, "file"))
    }
}

impl AddPage {
    /// The extensions of the files that can be read.
    pub(super) fn accepted() -> String {
        FileKind::accepted_extensions()
    }

    /// The same in words.
    pub(super) fn accepted_types() -> &'static str {
        ACCEPTED_TYPES
    }

    pub(super) fn max_size(&self) -> String {
        show::size(self.max_bytes)
    }
}

/// The page.
pub(super) async fn show(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
) -> Result<Response, Error> {
    page(&AddPage {
        shell: visitor.shell(Place::Library),
        types: DocType::LABELS,
        outcomes: Outcome::LABELS,
        programs: programs::active_names(&state.pool).await?,
        tags: documents::tags(&state.pool).await?,
        funders: documents::funders(&state.pool).await?,
        first_year: FIRST_YEAR,
        last_year: state.clock.year() + 1,
        max_bytes: state.settings.max_upload_bytes,
    })
}

/// Takes the files of the form in, each by itself: what is wrong with one is told, and
/// the others are on their way.
pub(super) async fn send(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    request: Request,
) -> Result<Response, Error> {
    let form = SentForm::read(request, &state, &visitor).await?;
    if !form.is_confirmed {
        return Err(Error::refused(
            "Confirm first that the documents are fit for the public: go back, your browser keeps what you chose.",
        ));
    }
    if form.files.is_empty() {
        return Err(Error::refused(
            "No file was chosen: go back and choose some.",
        ));
    }
    let metadata = form
        .said
        .check_said(&state.pool, state.clock.year())
        .await?;
    let client = client.answering(StatusCode::OK);
    let asked = Asked {
        user: Some(visitor.signed_in.user.user_id),
        password: form.password.as_ref(),
        ..Asked::default()
    };
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for file in form.files {
        let name = file.name.clone();
        match submit(&state, &visitor, &client, file, metadata.clone(), asked).await {
            Ok(()) => taken.push(name),
            Err(error @ Error::Internal(_)) => return Err(error),
            Err(error) => refused.push((name, error.message())),
        }
    }
    page(&AddedPage {
        shell: visitor.shell(Place::Library),
        taken,
        refused,
    })
}

async fn submit(
    state: &AppState,
    visitor: &Visitor,
    client: &Client,
    file: SentFile,
    metadata: Metadata,
    asked: Asked<'_>,
) -> Result<(), Error> {
    let file = file.check(state).await?;
    let order = Order {
        sha256: file.writer.sha256(),
        size: file.writer.size(),
        filename: file.name,
        metadata,
        submitted_by: Some(visitor.signed_in.user.email.clone()),
        confirmed_at: state.clock.now(),
        request: client.facts(),
        inside: None,
        is_awaited: false,
    };
    intake::submit(state, file.writer, file.kind.media_type(), order, asked).await?;
    Ok(())
}

/// A form that has been read to its end.
#[derive(Debug, Default)]
struct SentForm {
    said: Description,
    is_confirmed: bool,
    password: Option<Secret>,
    files: Vec<SentFile>,
}

impl SentForm {
    async fn read(request: Request, state: &AppState, visitor: &Visitor) -> Result<Self, Error> {
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Error::Unprocessable("Send the form of this page.".into()))?;
        let mut form = Self::default();
        let mut is_ours = false;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            if part.name() == Some(CSRF_FIELD) {
                visitor
                    .cookie
                    .check_csrf(Some(&text(CSRF_FIELD, part).await?))?;
                is_ours = true;
            } else if is_ours {
                form.take(part, state).await?;
            } else {
                // The token comes first: nothing of another site's form is kept.
                visitor.cookie.check_csrf(None)?;
            }
        }
        Ok(form)
    }

    async fn take(&mut self, part: Field<'_>, state: &AppState) -> Result<(), Error> {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file = SentFile::receive(part, state).await?;
            self.files.extend(file.filter(|file| !file.is_nothing()));
            return Ok(());
        }
        let sent = text(&name, part).await?;
        let said = &mut self.said;
        let given = || filled(&sent).map(str::to_owned);
        match name.as_str() {
            "doc_type" => said.doc_type = sent,
            "year" => said.year = year(&sent)?,
            "outcome" => said.outcome = given(),
            "tags" => {
                let tags = sent.split(',').filter_map(filled);
                said.tags = tags.map(str::to_owned).collect();
            }
            "programs" => said.programs.push(sent),
            "funder" => said.funder = given(),
            "notes" => said.notes = given(),
            "confirmed" => self.is_confirmed = true,
            "password" => self.password = Secret::new(sent),
            _ => {}
        }
        Ok(())
    }
}

fn year(sent: &str) -> Result<Option<i32>, Error> {
    let wrong = |_| Error::field("year", "must be a year, as 2024");
    filled(sent).map(str::parse).transpose().map_err(wrong)
}
