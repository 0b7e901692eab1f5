//! One search, from the request to the hits.

use std::collections::BTreeMap;
use std::sync::Arc;

use archivist_domain::{DocumentId, PassageId};

use crate::archive::Document;
use crate::embed::Embedder;
use crate::explain::Matches;
use crate::feedback;
use crate::forms;
use crate::fuse::{self, Chance, Cosines, ModelVoice};
use crate::index::{Dense, Index};
use crate::named::Named;
use crate::query::Query;
use crate::ranker::{self, Features, Ranker, Seen};
use crate::records::{Answer, FacetCounts, Hit, Mode, QueryVector, SearchRequest};
use crate::step_back::{self, StepBack};
use crate::{alike, facets, order, phrase, rank, rows, spelling, wordings};

/// Of so many of the best passages headings are looked at.
const SECTIONED: usize = 100;

/// Why a passage is there where no words were looked for.
const LISTED: &str = "meets the conditions";

/// Why a passage stands where it does that says again what stands before it.
const REPEATS: &str = "says again what stands above";

/// What the first passage of a document scores at least, where nothing but what it is was typed,
/// against the best passage of such documents.
const FIRST_OF_NAMED: f32 = 0.8;

/// Of so many passages what chance gives is told.
const CHANCE: usize = 4096;

/// What the voices said, by slot.
#[derive(Default)]
struct Voices {
    lexical: Option<Vec<f32>>,
    dense: Option<Cosines>,
    /// An embedding model's.
    model: Option<ModelVoice>,
}

/// What a search came to, before hits are explained.
struct Ranking {
    /// The slots that are asked for, with their scores.
    page: Vec<(u32, f32)>,
    /// The final scores of all slots; empty where there was nothing to look for.
    scores: Vec<f32>,
    voices: Voices,
    query: Query,
    named: Named,
    /// The best passages of a section that was named, and by what the scores of others were
    /// multiplied.
    of_section: BTreeMap<u32, &'static str>,
    of_other_sections: f32,
    /// By what the scores were multiplied for words in other forms than those typed.
    forms: StepBack,
    /// The same for words that stand apart and were typed in a row.
    rows: StepBack,
    /// By what the scores of the best were multiplied for what people chose before.
    preferred: BTreeMap<u32, f32>,
}

/// A passage as learning looks at it.
pub(crate) struct Found {
    pub(crate) passage: PassageId,
    pub(crate) score: f32,
    pub(crate) features: Features,
}

/// See [`Index::search`].
pub(crate) fn search(index: &Index, request: &SearchRequest, current_year: i32) -> Vec<Hit> {
    hits(
        index,
        request,
        &rank(index, request, current_year),
        current_year,
    )
}

/// See [`Index::answer`].
pub(crate) fn answer(index: &Index, request: &SearchRequest, current_year: i32) -> Answer {
    let ranking = rank(index, request, current_year);
    let counts = if ranking.scores.is_empty() {
        FacetCounts::default()
    } else {
        facets::count(&index.archive, &ranking.scores)
    };
    Answer {
        hits: hits(index, request, &ranking, current_year),
        counts,
        did_you_mean: spelling::corrected(
            request.as_typed(),
            &ranking.query.readings,
            &index.archive.languages(),
        ),
    }
}

/// The documents of the best passages, without explanations.
pub(crate) fn documents(index: &Index, request: &SearchRequest, year: i32) -> Vec<DocumentId> {
    let page = rank(index, request, year).page.into_iter();
    page.map(|(slot, _)| index.archive.passage(slot).document)
        .collect()
}

/// The best passages, without explanations.
pub(crate) fn passages(index: &Index, request: &SearchRequest, year: i32) -> Vec<PassageId> {
    let page = rank(index, request, year).page.into_iter();
    page.map(|(slot, _)| index.archive.passage(slot).id)
        .collect()
}

/// The best passages as they stand without anything that was learned of their order.
pub(crate) fn best_with_features(
    index: &Index,
    request: &SearchRequest,
    most: usize,
    year: i32,
) -> Vec<Found> {
    let ranking = score(index, request, year);
    let seen = ranking.seen(year);
    let best = rank::select(
        &index.archive,
        &ranking.scores,
        most,
        request.of_each_document(),
    );
    let found = best.into_iter().map(|(slot, score)| Found {
        passage: index.archive.passage(slot).id,
        score,
        features: seen.features(index, slot),
    });
    found.collect()
}

fn rank(index: &Index, request: &SearchRequest, year: i32) -> Ranking {
    let mut ranking = score(index, request, year);
    if ranking.scores.is_empty() {
        return ranking;
    }
    let ranker = index.ranker.as_ref();
    if let Some(ranker) = ranker.filter(|_| Ranker::is_asked(request)) {
        let mut scores = std::mem::take(&mut ranking.scores);
        ranking.preferred = ranker.apply(index, &ranking.seen(year), &mut scores);
        ranking.scores = scores;
    }
    let pinned = pinned(index, request, &ranking.scores);
    ranking.page = order::page(index, &ranking.scores, request, &pinned);
    ranking
}

/// Everything but the page and what was learned of the order. Passages that are pinned are
/// found whatever their words.
fn score(index: &Index, request: &SearchRequest, current_year: i32) -> Ranking {
    let (typed, query) = read(index, request);
    let named = Named::in_text(&request.text, &index.archive);
    // Wordings are looked for whatever their words say alone.
    let is_restricted = request.lists_all() || !request.phrases.is_empty();
    if query.is_empty() && !is_restricted {
        return Ranking::nothing(query, named);
    }
    let factors = factors(index, request, &named, current_year);
    if query.is_empty() {
        return Ranking {
            scores: factors,
            ..Ranking::nothing(query, named)
        };
    }
    let voices = Voices::ask(index, request, (&typed, &query), &factors);
    let mut scores = voices.fused(&query);
    for (score, factor) in scores.iter_mut().zip(&factors) {
        *score *= factor;
    }
    let (forms, rows) = step_back(index, request, &query, &mut scores);
    if named.is_all() && request.named_weight > 0.0 {
        find_named(index, &named, &factors, &mut scores);
    }
    let (of_section, of_other_sections) =
        prefer_sections(index, &named, request.named_weight, &mut scores);
    for slot in alike::slots(&index.archive, &request.pinned) {
        let score = &mut scores[slot as usize];
        if factors[slot as usize] > 0.0 {
            *score = score.max(f32::MIN_POSITIVE);
        }
    }
    Ranking {
        scores,
        voices,
        of_section,
        of_other_sections,
        forms,
        rows,
        ..Ranking::nothing(query, named)
    }
}

/// Has passages step back that have words of the search in other forms alone, and those in which
/// they stand apart, unless the search describes something at length.
fn step_back(
    index: &Index,
    request: &SearchRequest,
    query: &Query,
    scores: &mut [f32],
) -> (StepBack, StepBack) {
    let breadth = query.breadth();
    if request.mode != Mode::Hybrid || breadth >= 1.0 {
        return (StepBack::none(), StepBack::none());
    }
    let words = forms::typed(index, &request.text, query);
    let in_a_row = rows::rows(index, &request.text, query);
    if words.is_empty() && in_a_row.is_empty() {
        return (StepBack::none(), StepBack::none());
    }
    let best = step_back::candidates(index, scores);
    let forms = forms::step_back(index, &words, breadth, &best);
    let rows = rows::step_back(index, &in_a_row, breadth, &best);
    step_back::apply(&[&forms, &rows], &best, scores);
    (forms, rows)
}

/// Where nothing but names was typed, documents that are all of it are found by their first
/// passages, whatever words these have, and before all other documents.
fn find_named(index: &Index, named: &Named, factors: &[f32], scores: &mut [f32]) {
    let documents = index.archive.documents.values();
    let (asked, others): (Vec<_>, Vec<_>) =
        documents.partition(|document| named.asks_for(&document.facets));
    let best = |documents: &[&Arc<Document>]| {
        let slots = documents.iter().flat_map(|document| &document.slots);
        slots.fold(0.0_f32, |best, &slot| best.max(scores[slot as usize]))
    };
    let least = best(&others).next_up().max(best(&asked) * FIRST_OF_NAMED);
    let least = if least.is_normal() { least } else { 1.0 };
    for document in asked {
        let place = |slot: &&u32| index.archive.passage(**slot).place();
        if let Some(&first) = document.slots.iter().min_by_key(place) {
            let at = first as usize;
            if factors[at] > 0.0 {
                scores[at] = scores[at].max(least);
            }
        }
    }
}

/// Of the best passages, those that are not of a section that was named step back, and all others
/// behind them with them. Says which are, and by what the scores of the others were multiplied.
fn prefer_sections(
    index: &Index,
    named: &Named,
    weight: f32,
    scores: &mut [f32],
) -> (BTreeMap<u32, &'static str>, f32) {
    let mut of_section = BTreeMap::new();
    if named.sections.is_empty() || weight <= 0.0 {
        return (of_section, 1.0);
    }
    let best = rank::best(&index.archive, scores, SECTIONED);
    let mut kept = Vec::new();
    for (slot, score) in best {
        if let Some(section) = named.sections.of(index.archive.passage(slot)) {
            of_section.insert(slot, section);
            kept.push((slot, score));
        }
    }
    if kept.is_empty() {
        return (of_section, 1.0);
    }
    let multiplier = named.step(weight);
    for score in scores.iter_mut() {
        *score *= multiplier;
    }
    for (slot, score) in kept {
        scores[slot as usize] = score;
    }
    (of_section, multiplier)
}

/// The passages that are pinned, as far as filters admit them.
fn pinned(index: &Index, request: &SearchRequest, scores: &[f32]) -> Vec<u32> {
    let mut pinned = alike::slots(&index.archive, &request.pinned);
    pinned.retain(|&slot| scores[slot as usize] > 0.0);
    pinned
}

impl Ranking {
    /// Nothing found for this.
    fn nothing(query: Query, named: Named) -> Self {
        Self {
            page: Vec::new(),
            scores: Vec::new(),
            voices: Voices::default(),
            query,
            named,
            of_section: BTreeMap::new(),
            of_other_sections: 1.0,
            forms: StepBack::none(),
            rows: StepBack::none(),
            preferred: BTreeMap::new(),
        }
    }

    fn seen(&self, year: i32) -> Seen<'_> {
        let Voices {
            lexical,
            dense,
            model,
        } = &self.voices;
        let model = model.as_ref().map(|model| &model.cosines);
        let meaning = model.or(dense.as_ref());
        let meaning = meaning.map(|cosines| cosines.by_slot.as_slice());
        Seen::new(self.query.typed(), lexical.as_deref(), meaning, year)
    }
}

/// What was typed, and that with what the index and the passages that are liked make of it.
pub(crate) fn read(index: &Index, request: &SearchRequest) -> (Query, Query) {
    let languages = index.archive.languages();
    let (text, lexical) = (&request.text, &index.lexical);
    let typed = Query::parse(text, &index.synonyms, &languages);
    let typed = typed.without_strangers(text, lexical, &languages);
    let query = typed.clone();
    let query = query.fitted(text, lexical, &index.synonyms, &languages);
    let query = alike::broadened(index, request, query);
    (typed, query)
}

/// By what each slot's score is multiplied: 0 where it must not be found.
fn factors(index: &Index, request: &SearchRequest, named: &Named, current_year: i32) -> Vec<f32> {
    let looks_at_lists = request.looks_at_lists() || named.looks_at_lists();
    let mut factors = index.archive.factors(looks_at_lists, |document, facets| {
        if request.admits(document, facets) {
            rank::multiplier(facets, request, current_year)
                * named.multiplier(facets, request.named_weight)
        } else {
            0.0
        }
    });
    phrase::restrict(index, &request.phrases, &mut factors);
    phrase::shut_out(index, &request.unwanted, &mut factors);
    for slot in alike::slots(&index.archive, &request.without) {
        factors[slot as usize] = 0.0;
    }
    factors
}

/// What is looked for among the learned vectors.
pub(crate) fn asked(
    index: &Index,
    request: &SearchRequest,
    dense: &Dense,
    typed: &Query,
) -> Option<Vec<f32>> {
    let typed = dense.model.query(typed);
    alike::vector(index, request, &dense.vectors, typed)
}

impl Voices {
    /// `typed` is the query alone, `query` with what the index and passages that are liked make
    /// of it.
    fn ask(
        index: &Index,
        request: &SearchRequest,
        (typed, query): (&Query, &Query),
        factors: &[f32],
    ) -> Self {
        let lexical =
            (request.mode != Mode::Dense).then(|| wordings::score(index, &query.terms, factors));
        let mut voices = Self {
            lexical,
            dense: None,
            model: ask_model(index, request, factors),
        };
        // Where a model speaks for the meaning alone, what was learned is not asked.
        let is_asked = match request.mode {
            Mode::Hybrid => true,
            Mode::Lexical => false,
            Mode::Dense => voices.model.is_none(),
        };
        let dense = index.dense.as_ref().filter(|_| is_asked);
        let asked = |dense| Some((dense, asked(index, request, dense, typed)?));
        let Some((dense, vector)) = dense.and_then(asked) else {
            return voices;
        };
        let vector = if request.mode == Mode::Hybrid {
            let slots = voices.worded(factors);
            let first_look = voices.of(&slots, index, dense, &vector).fused(query);
            let scored = slots.into_iter().zip(first_look);
            let best = rank::best_of(&index.archive, scored, feedback::PASSAGES);
            feedback::moved(&dense.vectors, vector, &best, query.breadth())
        } else {
            vector
        };
        let cosines = dense.vectors.scan(&vector, factors);
        let languages = index.lexical.languages.iter().copied();
        voices.dense = Some(Cosines::learned(cosines, &dense.model, languages));
        voices
    }

    /// The slots that a first look reads, ascending: those whose words speak for them, where any
    /// do.
    fn worded(&self, factors: &[f32]) -> Vec<u32> {
        let words = self.lexical.as_deref().unwrap_or_default();
        let least = fuse::best(words) * feedback::LEAST_WORDS;
        let slots = (0..).zip(words.iter().zip(factors));
        let looks = slots.filter(|(_, (word, factor))| **factor > 0.0 && **word >= least);
        looks.map(|(slot, _)| slot).collect()
    }

    /// What they say of these slots alone, in their order; the learned one by this vector.
    fn of(&self, slots: &[u32], index: &Index, dense: &Dense, vector: &[f32]) -> Self {
        let of = |scores: &[f32]| slots.iter().map(|&slot| scores[slot as usize]).collect();
        let model = self.model.as_ref();
        Self {
            lexical: self.lexical.as_deref().map(of),
            dense: Some(Cosines::learned(
                dense.vectors.dots(vector, slots),
                &dense.model,
                slots
                    .iter()
                    .map(|&slot| index.lexical.languages[slot as usize]),
            )),
            model: model.map(|model| model.with(of(&model.cosines.by_slot))),
        }
    }

    /// The cosine of a slot above what chance gives, by the model where one speaks.
    fn meaning(&self, at: usize) -> Option<f32> {
        let above = |voice: &Cosines| voice.above_floor(at);
        let model = self.model.as_ref().map(|model| &model.cosines);
        let dense = model.and_then(above);
        dense.or_else(|| self.dense.as_ref().and_then(above))
    }

    /// One score from 0 to 1 by slot.
    fn fused(&self, query: &Query) -> Vec<f32> {
        let (words, learned) = (self.lexical.as_deref(), self.dense.as_ref());
        match &self.model {
            Some(model) => fuse::with_model(words, learned, model, query.breadth()),
            None => fuse::fuse(words, learned, query.breadth()),
        }
    }
}

/// The cosines of an embedding model, where the request has one's vector and the index its
/// vectors of nearly all passages.
fn ask_model(index: &Index, request: &SearchRequest, factors: &[f32]) -> Option<ModelVoice> {
    let vector = request.vector.as_ref()?;
    if request.mode == Mode::Lexical {
        return None;
    }
    let asked = asked_of_model(index, request, vector)?;
    let given = index.given(&vector.identity)?;
    let by_slot = given.vectors.scan(&asked, factors);
    let (vectors, sample) = if index.lexical.whole.is_some() {
        (&given.elsewhere, vec![1.0; given.elsewhere.rows()])
    } else {
        // Of the archive, not of what filters let through: that may be one passage alone.
        (&given.vectors, index.archive.spread(CHANCE))
    };
    let chance = Chance::of(&vectors.scan(&asked, &sample), &sample);
    Some(ModelVoice::new(by_slot, chance))
}

/// What is looked for among the vectors of an embedding model, where it has read nearly all
/// passages.
pub(crate) fn asked_of_model(
    index: &Index,
    request: &SearchRequest,
    vector: &QueryVector,
) -> Option<Vec<f32>> {
    let given = index.given(&vector.identity)?;
    let typed = Some(&vector.values).filter(|values| !values.is_empty());
    let fits = typed.is_none_or(|values| values.len() == given.vectors.dims());
    if !fits || !index.coverage(&vector.identity).is_enough() {
        return None;
    }
    alike::vector(index, request, &given.vectors, typed.cloned())
}

fn hits(index: &Index, request: &SearchRequest, ranking: &Ranking, year: i32) -> Vec<Hit> {
    let page = ranking.page.iter();
    page.map(|&(slot, score)| hit(index, request, ranking, (slot, score), year))
        .collect()
}

fn hit(
    index: &Index,
    request: &SearchRequest,
    ranking: &Ranking,
    (slot, score): (u32, f32),
    year: i32,
) -> Hit {
    let at = slot as usize;
    let voices = &ranking.voices;
    let passage = index.archive.passage(slot);
    let facets = &index.archive.documents[&passage.document].facets;
    let matches = Matches::find(&ranking.query, passage);
    let lexical = voices.lexical.as_ref().map(|scores| scores[at]);
    let dense = voices.meaning(at);
    let section = ranking.of_section.get(&slot).copied();
    let of_section = section.map_or(ranking.of_other_sections, |_| 1.0);
    let (recency, outcome) = rank::multipliers(facets, request, year);
    let preferred = ranking.preferred.get(&slot).copied();
    let repetition = (score / ranking.scores[at]).min(1.0);

    let mut reasons = Vec::new();
    let is_pinned = request.pinned.iter().any(|p| p.passage == passage.id);
    reasons.extend(is_pinned.then(|| "pinned".to_owned()));
    reasons.extend(request.lists_all().then(|| LISTED.to_owned()));
    reasons.extend(phrase::reasons(&request.phrases));
    let named = ranking.named.reasons(facets, request.named_weight);
    let is_new = |reason: &String| named.iter().all(|named| !named.starts_with(reason));
    reasons.extend(
        matches
            .reasons(facets.funder.as_deref())
            .into_iter()
            .filter(is_new),
    );
    reasons.extend(dense.map(|_| "similar in meaning".to_owned()));
    reasons.extend(named);
    reasons.extend(section.map(|section| format!("section {section}, as typed")));
    reasons.extend(rank::reasons(facets, request));
    let is_preferred = preferred.is_some_and(|factor| factor > ranker::PREFERRED);
    reasons.extend(is_preferred.then(|| ranker::REASON.to_owned()));
    reasons.extend((repetition < 1.0).then(|| REPEATS.to_owned()));
    // Words of wordings that say nothing alone are no words of the query.
    let marks = if ranking.query.is_empty() {
        phrase::marks(&request.phrases, &passage.text.text())
    } else {
        matches.marks
    };
    Hit {
        passage: passage.id,
        document: passage.document,
        score,
        lexical: lexical.filter(|score| *score > 0.0),
        dense,
        recency,
        outcome,
        version: rank::version(facets),
        repetition,
        form: ranking.forms.multiplier(slot),
        row: ranking.rows.multiplier(slot),
        named: ranking.named.multiplier(facets, request.named_weight) * of_section,
        preferred,
        matched: matches.words,
        reasons,
        marks,
    }
}
