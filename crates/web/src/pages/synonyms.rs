//! `/search/synonyms`: wordings that stand for each other.

use archivist_domain::SynonymId;
use archivist_store::synonyms::{self as store, SynonymGroup};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::{CheckedForm, NoFields, Problems, filled};
use super::page;
use super::shell::{Place, Shell};
use super::visitor::{PageEditor, PageWriter, Visitor};
use crate::error::Error;
use crate::extract::Client;
use crate::state::AppState;
use crate::synonyms;

/// What stands between wordings: a comma may be in one.
const BETWEEN: char = ';';

#[derive(Template)]
#[template(path = "pages/synonyms.html")]
pub(super) struct SynonymsPage {
    pub(super) shell: Shell,
    pub(super) is_editor: bool,
    pub(super) rows: Vec<SynonymRow>,
    /// What was typed to be added and cannot be.
    pub(super) typed: String,
    pub(super) problems: Problems,
}

/// A group as a line of the list.
pub(super) struct SynonymRow {
    pub(super) id: SynonymId,
    pub(super) wordings: String,
    pub(super) problem: Option<String>,
}

/// What an editor types.
#[derive(Deserialize)]
pub(super) struct WordingsForm {
    #[serde(default)]
    wordings: String,
}

impl WordingsForm {
    fn each(&self) -> Vec<String> {
        let wordings = self.wordings.split(BETWEEN).filter_map(filled);
        wordings.map(str::to_owned).collect()
    }
}

impl From<SynonymGroup> for SynonymRow {
    fn from(group: SynonymGroup) -> Self {
        Self {
            id: group.synonym_id,
            wordings: group.wordings.join(&format!("{BETWEEN} ")),
            problem: None,
        }
    }
}

impl SynonymsPage {
    async fn load(state: &AppState, visitor: &Visitor) -> Result<Self, Error> {
        let groups = store::list(&state.pool).await?;
        Ok(Self {
            shell: visitor.shell(Place::Search),
            is_editor: visitor.is_editor(),
            rows: groups.into_iter().map(Into::into).collect(),
            typed: String::new(),
            problems: Problems::default(),
        })
    }

    /// The page with what is wrong beside what was typed: in the row of a group, or where one
    /// is added.
    fn with_problem(mut self, id: Option<SynonymId>, typed: String, problems: Problems) -> Self {
        if let Some(row) = self.rows.iter_mut().find(|row| Some(row.id) == id) {
            row.problem = problems.of("wordings").map(str::to_owned);
            row.wordings = typed;
        } else {
            (self.typed, self.problems) = (typed, problems);
        }
        self
    }
}

/// The list.
pub(super) async fn list(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
) -> Result<Response, Error> {
    page(&SynonymsPage::load(&state, &visitor).await?)
}

/// Adds a group.
pub(super) async fn add(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    CheckedForm(form): CheckedForm<WordingsForm>,
) -> Result<Response, Error> {
    let actor = visitor.signed_in.user.user_id;
    let made = synonyms::create(&state, &form.each(), actor, client.by(actor)).await;
    shown(&state, &visitor, None, form, made).await
}

/// Puts other wordings into a group.
pub(super) async fn save(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    CheckedForm(form): CheckedForm<WordingsForm>,
) -> Result<Response, Error> {
    let id = read_id(&id)?;
    let origin = client.by(visitor.signed_in.user.user_id);
    let saved = synonyms::update(&state, id, &form.each(), origin).await;
    shown(&state, &visitor, Some(id), form, saved).await
}

/// Deletes a group.
pub(super) async fn delete(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let origin = client.by(visitor.signed_in.user.user_id);
    synonyms::delete(&state, read_id(&id)?, origin).await?;
    Ok(Redirect::to("/search/synonyms").into_response())
}

fn read_id(id: &str) -> Result<SynonymId, Error> {
    let unknown = |_| Error::NotFound("There are no such synonyms.".to_owned());
    id.parse().map_err(unknown)
}

/// The list again, or what is wrong beside what was typed.
async fn shown(
    state: &AppState,
    visitor: &Visitor,
    id: Option<SynonymId>,
    form: WordingsForm,
    done: Result<SynonymGroup, Error>,
) -> Result<Response, Error> {
    match done {
        Ok(_) => Ok(Redirect::to("/search/synonyms").into_response()),
        Err(error) => {
            let problems = Problems::of_error(error)?;
            let list = SynonymsPage::load(state, visitor).await?;
            let list = page(&list.with_problem(id, form.wordings, problems))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, list).into_response())
        }
    }
}
