//! What a document names: people, places, organizations, money, percentages and dates.

use std::collections::HashMap;

use archivist_domain::{DocumentId, EntityKind, PassageId};
use archivist_store::entities::{self, PassageEntities};
use archivist_store::passages::{self, Passage};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::find;
use crate::api::failure::ErrorBody;
use crate::api::offsets;
use crate::api::path::Id;
use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::{Json, Query};
use crate::state::AppState;

/// Which of them to tell.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EntityParams {
    /// Of these kinds; repeat it for several. All when not given.
    #[serde(default)]
    kind: Vec<EntityKind>,
}

/// What a document names, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntityList {
    /// The document.
    doc_id: DocumentId,
    /// What it names.
    entities: Vec<EntityInfo>,
}

/// Something that a passage names.
#[derive(Debug, Serialize, ToSchema)]
struct EntityInfo {
    /// What it is.
    kind: EntityKind,
    /// As it is written there.
    #[schema(example = "$1.2 million")]
    text: String,
    /// The passage.
    passage_id: PassageId,
    /// The passage's place in the document, from 0.
    chunk_index: i32,
    /// The page on which the passage begins, from 1, where the format has pages.
    page: Option<i32>,
    /// Where it begins in the passage's text, in Unicode code points.
    start: usize,
    /// Where it ends.
    end: usize,
}

/// What a document names.
///
/// Found by rules when the document was read; documents that were read by an older version
/// have none until `archivist reprocess` has read them again.
#[utoipa::path(get, path = "/api/documents/{doc_id}/entities", operation_id = "document_entities", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document"), EntityParams),
    responses(
        (status = 200, description = "What it names", body = EntityList),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn entities(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
    Query(params): Query<EntityParams>,
) -> Result<Json<EntityList>, Error> {
    find(&state, id, &writer.actor()).await?;
    let passages = passages::of_documents(&state.pool, &[id]).await?;
    let found = entities::of_document(&state.pool, id).await?;
    Ok(Json(EntityList {
        doc_id: id,
        entities: told(&passages, &found, &params.kind),
    }))
}

fn told(passages: &[Passage], found: &[PassageEntities], kinds: &[EntityKind]) -> Vec<EntityInfo> {
    let by_id: HashMap<_, _> = passages.iter().map(|it| (it.passage_id, it)).collect();
    let of_passage = |of: &PassageEntities| {
        let passage = *by_id.get(&of.passage_id)?;
        let wanted = of
            .iter()
            .filter(|(kind, ..)| kinds.is_empty() || kinds.contains(kind));
        Some(
            wanted
                .filter_map(|it| info(passage, it))
                .collect::<Vec<_>>(),
        )
    };
    found.iter().filter_map(of_passage).flatten().collect()
}

/// `None` where the bytes do not fit the passage: it was read again in between.
fn info(passage: &Passage, (kind, start, end): (EntityKind, i32, i32)) -> Option<EntityInfo> {
    let bytes = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
    let [start, end] = offsets::span(&passage.content, &bytes)?;
    Some(EntityInfo {
        kind,
        text: passage.content.get(bytes)?.to_owned(),
        passage_id: passage.passage_id,
        chunk_index: passage.ordinal,
        page: passage.page_first,
        start,
        end,
    })
}
