//! The search where an engine outside of the process keeps the passages.
//!
//! The engine finds candidates; their texts come from the database, and a small index of them
//! ranks and explains them by the same code that ranks archives in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use archivist_domain::{DocumentId, GenerationId, PassageId};
use archivist_embed::Identity;
use archivist_engine::{Engine, EngineError};
use archivist_search::{
    Candidate, DocumentRecord, Index, Language, PassageVector, Sample, SearchRequest, Survey,
};
use archivist_store::generations::{self, Generation};
use archivist_store::{documents, embeddings, passages};

use crate::error::Error;
use crate::record;
use crate::state::AppState;

/// Of so many vectors of a model what chance gives is told.
const SAMPLE: i64 = 1000;

/// What answers.
#[derive(Debug, Clone)]
struct Serving {
    generation: GenerationId,
    survey: Arc<Survey>,
    model: Option<ReadBy>,
}

/// The embedding model whose vectors the engine has.
#[derive(Debug, Clone)]
struct ReadBy {
    model_id: i32,
    identity: String,
    sample: Sample,
}

impl ReadBy {
    async fn load(state: &AppState, model_id: i32) -> Result<Option<Self>, Error> {
        let Some(model) = embeddings::model(&state.pool, model_id).await? else {
            return Ok(None);
        };
        let vectors = embeddings::sample(&state.pool, model_id, SAMPLE).await?;
        let dims = usize::try_from(model.name.dims).unwrap_or_default();
        let identity = Identity {
            provider: model.name.provider,
            model: model.name.model,
            variant: model.name.variant,
            dims,
        }
        .to_string();
        let sample = Sample::new(&identity, dims, vectors);
        Ok(Some(Self {
            model_id,
            identity,
            sample,
        }))
    }

    /// What the model has made of these passages.
    async fn vectors(
        &self,
        state: &AppState,
        ids: &[PassageId],
    ) -> Result<Vec<PassageVector>, Error> {
        let vectors = embeddings::of_passages(&state.pool, self.model_id, ids).await?;
        Ok(vectors.into_iter().map(record::vector).collect())
    }
}

/// Passages with what a model has made of them, if it is asked.
struct Part {
    records: Vec<DocumentRecord>,
    vectors: Vec<PassageVector>,
}

impl Part {
    fn put_into(self, mut index: Index, model: Option<&ReadBy>) -> Index {
        for record in self.records {
            index.upsert(record);
        }
        if let Some(model) = model {
            index.expect_vectors_of_part(&model.sample);
            index.set_vectors(&model.identity, &self.vectors);
        }
        index
    }
}

/// An engine outside of the process, and what of it answers.
pub struct Outside {
    engine: Arc<dyn Engine>,
    serving: RwLock<Option<Serving>>,
    /// A search could not find the generation that answers. True at first: nobody has looked.
    has_lost: AtomicBool,
}

impl Outside {
    /// An engine of which nothing answers before [`Self::refresh`].
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            serving: RwLock::default(),
            has_lost: AtomicBool::new(true),
        }
    }

    /// Remembers that something is lost, where that is what an error says.
    pub fn note_loss(&self, error: &EngineError) {
        if matches!(error, EngineError::Lost { .. }) {
            self.has_lost.store(true, Ordering::Relaxed);
        }
    }

    /// Whether something that should be there may be lost.
    pub fn may_have_lost(&self) -> bool {
        self.has_lost.load(Ordering::Relaxed)
    }

    /// All is there.
    pub fn note_whole(&self) {
        self.has_lost.store(false, Ordering::Relaxed);
    }

    /// The engine.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// What was learned about the library for the generation that answers, and which that is.
    pub fn surveyed(&self) -> Option<(GenerationId, Arc<Survey>)> {
        let serving = self.serving()?;
        Some((serving.generation, serving.survey))
    }

    /// The embedding model that is asked, too.
    pub fn model_id(&self) -> Option<i32> {
        Some(self.serving()?.model?.model_id)
    }

    fn serving(&self) -> Option<Serving> {
        let serving = self.serving.read().unwrap_or_else(PoisonError::into_inner);
        serving.clone()
    }

    fn set_serving(&self, serving: Option<Serving>) {
        *self.serving.write().unwrap_or_else(PoisonError::into_inner) = serving;
    }

    /// Takes over which generation answers: the latest that is filled. Says which, unless there
    /// is none that this program can read.
    pub async fn refresh(&self, state: &AppState) -> Result<Option<Generation>, Error> {
        let generations = generations::list(&state.pool, &self.engine.name()).await?;
        let mut filled = generations
            .into_iter()
            .filter(|one| one.serves_since.is_some());
        let Some(latest) = filled.next() else {
            self.set_serving(None);
            return Ok(None);
        };
        let id = latest.generation_id;
        if self
            .serving()
            .is_some_and(|serving| serving.generation == id)
        {
            return Ok(Some(latest));
        }
        let Some(bytes) = generations::survey(&state.pool, id).await? else {
            return Ok(None);
        };
        let survey = state.cpu.run(move || Survey::decode(&bytes)).await;
        match survey {
            Ok(survey) => {
                let model = match latest.model_id {
                    Some(model_id) => ReadBy::load(state, model_id).await?,
                    None => None,
                };
                self.set_serving(Some(Serving {
                    generation: id,
                    survey: Arc::new(survey),
                    model,
                }));
                Ok(Some(latest))
            }
            Err(error) => {
                tracing::warn!(%error, "what the search engine has is of another version");
                self.set_serving(None);
                Ok(None)
            }
        }
    }

    /// An index of what may answer a request, which ranks it as if it held all.
    pub(crate) async fn index_for(
        &self,
        state: &AppState,
        request: &SearchRequest,
    ) -> Result<Index, Error> {
        match self.gather(state, request).await {
            // Another generation answers by now, most likely.
            Err(Error::EngineAway(lost @ EngineError::Lost { .. })) => {
                self.note_loss(&lost);
                self.refresh(state).await?;
                self.gather(state, request).await
            }
            gathered => gathered,
        }
    }

    async fn gather(&self, state: &AppState, request: &SearchRequest) -> Result<Index, Error> {
        let (synonyms, ranker) = {
            let index = state.index.read().await;
            (index.synonyms().clone(), index.ranker().copied())
        };
        let missing = || EngineError::Lost {
            name: self.engine.name(),
        };
        let Serving {
            generation,
            survey,
            model,
        } = self.serving().ok_or_else(missing)?;
        let vector = request.vector.as_ref();
        let is_asked = |model: &ReadBy| vector.is_some_and(|v| v.identity == model.identity);
        let model = model.filter(is_asked);
        let named = request.like.iter().chain(&request.pinned);
        let named: Vec<PassageId> = named.map(|place| place.passage).collect();
        let liked = part(state, &named, &HashMap::new(), model.as_ref()).await?;
        let (asked, by) = (request.clone(), model.clone());
        let (index, look) = state
            .cpu
            .run(move || {
                let mut index = liked.put_into(survey.index(&synonyms), by.as_ref());
                index.set_ranker(ranker);
                let look = index.look(&asked);
                (index, look)
            })
            .await;
        let found = self.engine.find(generation, &look).await?;
        let languages: HashMap<DocumentId, Language> = found
            .iter()
            .map(|candidate| (candidate.document, candidate.language))
            .collect();
        let mut ids: Vec<PassageId> = found.iter().map(|c: &Candidate| c.passage).collect();
        ids.extend(named);
        let found = part(state, &ids, &languages, model.as_ref()).await?;
        let fill = move || found.put_into(index, model.as_ref());
        Ok(state.cpu.run(fill).await)
    }
}

async fn part(
    state: &AppState,
    ids: &[PassageId],
    languages: &HashMap<DocumentId, Language>,
    model: Option<&ReadBy>,
) -> Result<Part, Error> {
    Ok(Part {
        records: records(state, ids, languages).await?,
        vectors: match model {
            Some(model) => model.vectors(state, ids).await?,
            None => Vec::new(),
        },
    })
}

/// The documents of these passages with no others; their languages where the engine knows them.
async fn records(
    state: &AppState,
    ids: &[PassageId],
    languages: &HashMap<DocumentId, Language>,
) -> Result<Vec<DocumentRecord>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let passages = passages::by_ids(&state.pool, ids).await?;
    let mut of: Vec<DocumentId> = passages.iter().map(|passage| passage.doc_id).collect();
    of.sort_unstable();
    of.dedup();
    let documents = documents::by_ids(&state.pool, &of).await?;
    let mut records = record::joined(documents, passages);
    for record in &mut records {
        record.language = languages.get(&record.id).copied();
    }
    Ok(records)
}
