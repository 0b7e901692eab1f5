//! Search hits joined with what the database knows about them.

use std::collections::HashMap;
use std::fmt;

use archivist_domain::{DocumentId, PassageId};
use archivist_search::{
    Answer, Coverage, FacetCounts, Filters, Hint, Hit, PassagePlace, SearchRequest, names_meant,
};
use archivist_store::documents::{self, Document};
use archivist_store::embeddings;
use archivist_store::passages::{self, Passage};
use archivist_store::pins::{self, Pin};

use crate::bounds;
use crate::defaults::Defaults;
use crate::error::{Error, FieldProblem};
use crate::models::Voice;
use crate::rerank;
use crate::state::AppState;

/// The longest search, in characters.
pub const MAX_QUERY_CHARS: usize = 1_000;

/// So many passages can be named that others are to be like, and so many that are left out.
pub const MAX_PASSAGES: usize = 100;

/// A search as it is typed: words, wordings in quotation marks and conditions. Refuses what
/// is too long or makes no sense, as a problem of its parameter `q`.
pub fn typed(query: &str) -> Result<SearchRequest, FieldProblem> {
    if let Some(message) = bounds::characters(query, &(0..=MAX_QUERY_CHARS)) {
        return Err(FieldProblem::query("q", message));
    }
    SearchRequest::typed(query).map_err(|error| FieldProblem::query("q", error.to_string()))
}

/// A passage that answers a search.
#[derive(Debug, Clone)]
pub struct Found {
    /// Score, marks and reasons.
    pub hit: Hit,
    /// The passage.
    pub passage: Passage,
    /// The document it is of.
    pub document: Document,
    /// It is kept on top of this search.
    pub pinned: bool,
    /// How well it answers by the model that judges hits, 0 to 1, where that was asked.
    pub judged: Option<f32>,
}

/// One of the figures behind a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// What is measured, as `numbers` of `GET /api/search` call it.
    pub name: &'static str,
    /// Nothing where it has no say.
    pub value: Option<f32>,
    /// The score was multiplied by it.
    pub is_multiplier: bool,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_multiplier { "× " } else { "" };
        match self.value {
            Some(value) => write!(f, "{} {sign}{value:.2}", self.name),
            None => write!(f, "{} –", self.name),
        }
    }
}

impl Found {
    /// The figures behind its score.
    pub fn figures(&self) -> [Figure; 11] {
        let hit = &self.hit;
        let said = |name, value| Figure {
            name,
            value,
            is_multiplier: false,
        };
        let multiplied = |name, value| Figure {
            name,
            value,
            is_multiplier: true,
        };
        [
            said("words", hit.lexical),
            said("meaning", hit.dense),
            multiplied("recency", Some(hit.recency)),
            multiplied("outcome", Some(hit.outcome)),
            multiplied("version", Some(hit.version)),
            multiplied("form", Some(hit.form)),
            multiplied("row", Some(hit.row)),
            multiplied("named", Some(hit.named)),
            multiplied("preferred", hit.preferred),
            multiplied("repetition", Some(hit.repetition)),
            said("judged", self.judged),
        ]
    }
}

/// What a search found, and what else there is.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The page of hits that was asked for.
    pub found: Vec<Found>,
    /// How all documents that match are spread.
    pub counts: FacetCounts,
    /// The words as they are spelt here, where some stand nowhere.
    pub did_you_mean: Option<String>,
    /// What was read in another way than it may have been meant.
    pub hints: Vec<Hint>,
}

/// Searches the archive. Hits that have just been deleted, held or superseded are left
/// out, so that the database has the last word.
pub async fn search(state: &AppState, request: SearchRequest) -> Result<Vec<Found>, Error> {
    Ok(find(state, request).await?.found)
}

/// The same with how the documents that match are spread, and with what may have been
/// meant.
pub async fn find(state: &AppState, mut request: SearchRequest) -> Result<Findings, Error> {
    if let Some(conditions) = &mut request.conditions {
        stand_for_names(state, conditions).await?;
    }
    let is_judged = rerank::is_asked(&state.models, &request);
    let mut asked = [if is_judged {
        rerank::widened(&request)
    } else {
        request.clone()
    }];
    read(state, &mut asked).await;
    let [asked] = asked;
    let answer = answer(state, asked).await?;
    let Answer {
        hits,
        counts,
        did_you_mean,
    } = answer;
    let known = Known::load(state, hits.iter()).await?;
    let mut found = known.join_all(hits, request.filters.include_superseded);
    for found in &mut found {
        let is_it = |place: &PassagePlace| place.passage == found.passage.passage_id;
        found.pinned = request.pinned.iter().any(is_it);
    }
    if is_judged {
        found = rerank::judge(state, &request, found).await;
    }
    Ok(Findings {
        found,
        counts,
        did_you_mean,
        hints: archivist_search::hints(request.as_typed()),
    })
}

/// How much age counts in a search, 0 to 1: as it says, or else as the site's configuration does.
pub async fn recency_weight(state: &AppState, said: Option<f32>) -> Result<f32, Error> {
    match said {
        Some(weight) => Ok(weight),
        None => Ok(Defaults::read(&state.pool).await?.recency_weight),
    }
}

/// Has programs and tags that were typed by some of their words stand for what is called so here.
async fn stand_for_names(state: &AppState, conditions: &mut Filters) -> Result<(), Error> {
    let Filters { programs, tags, .. } = conditions;
    if !programs.is_empty() {
        *programs = names_meant(programs, &documents::programs(&state.pool).await?);
    }
    if !tags.is_empty() {
        *tags = names_meant(tags, &documents::tags(&state.pool).await?);
    }
    Ok(())
}

/// What is wrong with a search that this site cannot answer.
pub fn refused(state: &AppState, request: &SearchRequest) -> Option<FieldProblem> {
    let message = "write what to look for beside the conditions and what is to be left out: the \
                   search engine of this site finds nothing by these alone";
    let is_refused = request.lists_all() && !lists(state);
    is_refused.then(|| FieldProblem::query("q", message))
}

/// What is wrong with a search for passages like these, where none of them is there and nothing
/// else is looked for.
pub fn unlike(request: &SearchRequest, asked: &[PassageId]) -> Option<FieldProblem> {
    let says_nothing = request.text.is_empty() && request.like.is_empty();
    let message = "the passage that others are to be like is no longer in the library";
    (says_nothing && !asked.is_empty()).then(|| FieldProblem::query("like", message))
}

/// Whether conditions alone list the documents that are so.
pub fn lists(state: &AppState) -> bool {
    state.outside.is_none()
}

async fn answer(state: &AppState, request: SearchRequest) -> Result<Answer, Error> {
    let year = state.clock.year();
    if let Some(outside) = &state.outside {
        if let Some(problem) = refused(state, &request) {
            return Err(Error::Invalid(vec![problem]));
        }
        let index = outside.index_for(state, &request).await?;
        return Ok(state.cpu.run(move || index.answer(&request, year)).await);
    }
    let index = state.index.clone();
    let answer = move || index.blocking_read().answer(&request, year);
    Ok(state.cpu.run(answer).await)
}

/// Has the embedding model that serves read what is looked for.
pub async fn read(state: &AppState, requests: &mut [SearchRequest]) {
    let serving = serving(state).await;
    state.models.read(serving, requests, &state.clock).await;
}

/// The embedding model that searches ask, where one does.
pub async fn serving(state: &AppState) -> Option<Voice> {
    match &state.outside {
        Some(outside) => state.models.voice(outside.model_id()?),
        None => state.models.serving(&*state.index.read().await),
    }
}

/// How many passages a model has read.
pub async fn coverage(state: &AppState, voice: &Voice) -> Result<Coverage, Error> {
    if state.outside.is_none() {
        return Ok(state.index.read().await.coverage(&voice.identity));
    }
    let (read, passages) = embeddings::counts(&state.pool).await?;
    let read = read.get(&voice.model_id).copied().unwrap_or_default();
    let number = |count: i64| usize::try_from(count).unwrap_or_default();
    Ok(Coverage {
        read: number(read),
        passages: number(passages),
    })
}

/// Several searches, with one round trip each for passages and documents.
pub async fn search_all(
    state: &AppState,
    mut requests: Vec<SearchRequest>,
) -> Result<Vec<Vec<Found>>, Error> {
    read(state, &mut requests).await;
    let with_superseded: Vec<bool> = requests
        .iter()
        .map(|request| request.filters.include_superseded)
        .collect();
    let answers = hits(state, requests).await?;
    let known = Known::load(state, answers.iter().flatten()).await?;
    Ok(answers
        .into_iter()
        .zip(with_superseded)
        .map(|(hits, with)| known.join_all(hits, with))
        .collect())
}

/// The hits of several requests, in their order.
async fn hits(state: &AppState, requests: Vec<SearchRequest>) -> Result<Vec<Vec<Hit>>, Error> {
    if state.outside.is_some() {
        let each = requests.into_iter().map(|request| answer(state, request));
        let answers = futures_util::future::try_join_all(each).await?;
        return Ok(answers.into_iter().map(|answer| answer.hits).collect());
    }
    // In one pass over the index.
    let (index, year) = (state.index.clone(), state.clock.year());
    let search = move || {
        let index = index.blocking_read();
        let each = requests.iter().map(|request| index.search(request, year));
        each.collect()
    };
    Ok(state.cpu.run(search).await)
}

/// Where passages stand, of those that are there.
pub async fn places(state: &AppState, ids: &[PassageId]) -> Result<Vec<PassagePlace>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let passages = passages::by_ids(&state.pool, ids).await?;
    let place = |passage: Passage| PassagePlace {
        document: passage.doc_id,
        passage: passage.passage_id,
    };
    Ok(passages.into_iter().map(place).collect())
}

/// The passages that are kept on top of a search, as it is typed.
pub async fn pinned(state: &AppState, query: &str) -> Result<Vec<PassagePlace>, Error> {
    let pins = pins::list(&state.pool, Some(query)).await?;
    let place = |pin: Pin| PassagePlace {
        document: pin.doc_id,
        passage: pin.passage_id,
    };
    Ok(pins.into_iter().map(place).collect())
}

/// A passage, unless its document is gone or held.
pub async fn passage(state: &AppState, id: PassageId) -> Result<Option<Passage>, Error> {
    let Some(passage) = passages::by_ids(&state.pool, &[id]).await?.pop() else {
        return Ok(None);
    };
    let document = documents::by_ids(&state.pool, &[passage.doc_id])
        .await?
        .pop();
    Ok(document.filter(|document| !document.held).map(|_| passage))
}

/// What the database knows about hits.
struct Known {
    passages: HashMap<PassageId, Passage>,
    documents: HashMap<DocumentId, Document>,
}

impl Known {
    async fn load(
        state: &AppState,
        hits: impl Iterator<Item = &Hit> + Clone,
    ) -> Result<Self, Error> {
        let passage_ids: Vec<_> = hits.clone().map(|h| h.passage).collect();
        let mut document_ids: Vec<_> = hits.map(|h| h.document).collect();
        document_ids.sort_unstable();
        document_ids.dedup();
        let passages = passages::by_ids(&state.pool, &passage_ids).await?;
        let documents = documents::by_ids(&state.pool, &document_ids).await?;
        Ok(Self {
            passages: passages.into_iter().map(|p| (p.passage_id, p)).collect(),
            documents: documents.into_iter().map(|d| (d.doc_id, d)).collect(),
        })
    }

    fn join_all(&self, hits: Vec<Hit>, with_superseded: bool) -> Vec<Found> {
        let join = |hit| self.join(hit, with_superseded);
        hits.into_iter().filter_map(join).collect()
    }

    fn join(&self, mut hit: Hit, with_superseded: bool) -> Option<Found> {
        let passage = self.passages.get(&hit.passage)?.clone();
        let document = self.documents.get(&hit.document)?.clone();
        if document.held || (document.superseded_by().is_some() && !with_superseded) {
            return None;
        }
        hit.reasons.extend(version(&document));
        Some(Found {
            hit,
            passage,
            document,
            pinned: false,
            judged: None,
        })
    }
}

/// Which of its versions a document is, for people; nothing where it stands for itself.
fn version(document: &Document) -> Option<String> {
    let said = if document.superseded_by().is_some() {
        "an older version"
    } else {
        "newest version"
    };
    (document.versions.len() > 1).then(|| said.to_owned())
}
