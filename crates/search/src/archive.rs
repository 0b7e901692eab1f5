//! The documents and passages the index knows, and their slots.

use std::collections::HashMap;
use std::sync::Arc;

use archivist_domain::{DocumentId, PassageId};

use crate::facets::Values;
use crate::language::{self, Language};
use crate::names::{Names, NamesOfFacets};
use crate::packed::{Alphabet, Packed};
use crate::records::{DocumentRecord, Facets, PassageRecord, PassageText};

/// An alphabet is learned from so many passages.
const LEARNED_FROM: usize = 1000;

/// A passage as it is kept. Shared with training sets, which therefore cost
/// nothing, and recognised by its address when they come back.
#[derive(Debug, PartialEq)]
pub(crate) struct Passage {
    pub(crate) id: PassageId,
    pub(crate) document: DocumentId,
    pub(crate) ordinal: u32,
    /// Of its document.
    pub(crate) language: Language,
    pub(crate) title: Arc<str>,
    /// Of its document, by [`labels`].
    pub(crate) tags: Arc<str>,
    pub(crate) heading: Option<Box<str>>,
    pub(crate) text: Packed,
}

impl Passage {
    pub(crate) fn fields(&self) -> PassageText<'_> {
        PassageText {
            language: self.language,
            title: &self.title,
            tags: &self.tags,
            heading: self.heading.as_deref(),
            text: self.text.text(),
        }
    }

    /// The order that decides between equal scores.
    pub(crate) fn place(&self) -> (DocumentId, u32, PassageId) {
        (self.document, self.ordinal, self.id)
    }
}

/// The tags of a document and its funder as a text, a line each.
pub(crate) fn labels(facets: &Facets) -> Arc<str> {
    let labels: Vec<&str> = facets
        .tags
        .iter()
        .chain(&facets.funder)
        .map(String::as_str)
        .collect();
    labels.join("\n").into()
}

/// A document as it is kept: its passages by slot.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// By which the tables of slots know it; given by the archive.
    pub(crate) number: u32,
    pub(crate) language: Language,
    pub(crate) title: Arc<str>,
    pub(crate) facets: Facets,
    pub(crate) slots: Vec<u32>,
}

/// The number of no document.
const NONE: u32 = 0;

/// What a document is filed as under its number.
#[derive(Debug, Clone)]
struct Filed {
    id: DocumentId,
    /// Without lists.
    facets: Facets,
    /// What it is counted under, as numbers.
    values: Box<[u32]>,
}

impl Filed {
    fn new(id: DocumentId, facets: &Facets, values: &mut Values) -> Self {
        Self {
            id,
            facets: facets.without_lists(),
            values: values.add(facets),
        }
    }
}

/// How many are filed, which is the last one's number.
fn count(filed: &[Filed]) -> u32 {
    u32::try_from(filed.len()).expect("fewer than 2^32 documents")
}

/// All documents, and dense tables of passages for the scans. A copy shares documents and passages.
#[derive(Debug, Default, Clone)]
pub(crate) struct Archive {
    pub(crate) documents: HashMap<DocumentId, Arc<Document>>,
    pub(crate) passages: Vec<Option<Arc<Passage>>>,
    free: Vec<u32>,
    /// By slot: the number of the passage's document, [`NONE`] for an empty slot. What is said
    /// of documents is spread over their passages, and gathered from them, by these.
    numbers: Vec<u32>,
    /// Numbers of documents that are gone.
    free_numbers: Vec<u32>,
    /// What each number's document is filed as, from number 1 on: side by side, as every search goes
    /// through all of them, and documents lie scattered over the memory.
    filed: Vec<Filed>,
    /// What documents are counted under.
    pub(crate) values: Values,
    /// How many documents are of each language.
    by_language: [usize; language::COUNT],
    pub(crate) names: NamesOfFacets,
    /// What texts are packed by, once there are enough to learn it from.
    alphabet: Option<Arc<Alphabet>>,
}

/// The language of a document's text.
fn language(passages: &[PassageRecord]) -> Language {
    let mut text = String::new();
    for passage in passages {
        text.push_str(&passage.text);
        text.push('\n');
        if text.len() > language::MAX_BYTES {
            break;
        }
    }
    Language::of(&text)
}

/// A document taken apart: what it is, and its passages as they are kept.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) language: Language,
    title: Arc<str>,
    pub(crate) facets: Facets,
    pub(crate) passages: Vec<Passage>,
}

impl Parts {
    pub(crate) fn of(record: DocumentRecord) -> Self {
        let title: Arc<str> = record.title.into();
        let tags = labels(&record.facets);
        let language = record
            .language
            .unwrap_or_else(|| language(&record.passages));
        let kept = |passage: PassageRecord| Passage {
            id: passage.id,
            document: record.id,
            ordinal: passage.ordinal,
            language,
            title: Arc::clone(&title),
            tags: Arc::clone(&tags),
            heading: passage.heading.map(Into::into),
            text: passage.text.into(),
        };
        let passages = record.passages.into_iter().map(kept).collect();
        Self {
            language,
            title,
            facets: record.facets,
            passages,
        }
    }

    /// Packs the texts of the passages.
    pub(crate) fn pack(&mut self, alphabet: &Arc<Alphabet>) {
        for passage in &mut self.passages {
            let packed = alphabet.pack(&passage.text.text());
            passage.text = packed;
        }
    }
}

impl Archive {
    /// For some documents of an archive that has so many of each language.
    pub(crate) fn of_part(by_language: [usize; language::COUNT]) -> Self {
        Self {
            by_language,
            ..Self::default()
        }
    }

    /// A table as it was saved, with its gaps.
    pub(crate) fn restore(
        documents: HashMap<DocumentId, Arc<Document>>,
        passages: Vec<Option<Arc<Passage>>>,
        alphabet: Option<Arc<Alphabet>>,
    ) -> Self {
        let free = (0..)
            .zip(&passages)
            .filter(|(_, p)| p.is_none())
            .map(|(slot, _)| slot)
            .collect();
        let mut archive = Self {
            numbers: vec![NONE; passages.len()],
            documents,
            passages,
            free,
            alphabet,
            ..Self::default()
        };
        for (&id, document) in &mut archive.documents {
            archive.names.note(&document.facets, Names::add);
            let filed = Filed::new(id, &document.facets, &mut archive.values);
            archive.filed.push(filed);
            let number = count(&archive.filed);
            Arc::make_mut(document).number = number;
            archive.by_language[document.language.number()] += 1;
            for &slot in &document.slots {
                archive.numbers[slot as usize] = number;
            }
        }
        archive
    }

    /// Takes a document in that is not there yet; its slots in the order of the
    /// record's passages.
    pub(crate) fn insert(&mut self, id: DocumentId, parts: Parts) -> Vec<u32> {
        let Parts {
            language,
            title,
            facets,
            passages,
        } = parts;
        self.by_language[language.number()] += 1;
        self.names.note(&facets, Names::add);
        let passages = passages.into_iter();
        let slots: Vec<u32> = passages.map(|passage| self.place(passage)).collect();
        let filed = Filed::new(id, &facets, &mut self.values);
        let document = Document {
            number: self.number(filed, &slots),
            language,
            title,
            facets,
            slots: slots.clone(),
        };
        self.documents.insert(id, Arc::new(document));
        slots
    }

    /// Takes a document out: its passages with the slots they leave.
    pub(crate) fn remove(&mut self, id: DocumentId) -> Option<Vec<(u32, Arc<Passage>)>> {
        let document = self.documents.remove(&id)?;
        self.names.note(&document.facets, Names::remove);
        self.values
            .remove(&self.filed[document.number as usize - 1].values);
        self.free_numbers.push(document.number);
        self.by_language[document.language.number()] -= 1;
        let mut gone = Vec::with_capacity(document.slots.len());
        for &slot in &document.slots {
            self.free.push(slot);
            self.numbers[slot as usize] = NONE;
            gone.extend(self.passages[slot as usize].take().map(|p| (slot, p)));
        }
        Some(gone)
    }

    /// One factor per slot: what `weigh` gives for the passage's document, and 0
    /// for an empty slot. `weigh` gives 0 for a document that is filtered out, and looks at
    /// [lists](Facets::without_lists) only if that is said.
    pub(crate) fn factors(
        &self,
        looks_at_lists: bool,
        weigh: impl Fn(DocumentId, &Facets) -> f32,
    ) -> Vec<f32> {
        let mut by_number = vec![0.0; self.filed.len() + 1];
        if looks_at_lists {
            for (&id, document) in &self.documents {
                by_number[document.number as usize] = weigh(id, &document.facets);
            }
        } else {
            let filed = by_number[1..].iter_mut().zip(&self.filed);
            filed.for_each(|(factor, filed)| *factor = weigh(filed.id, &filed.facets));
        }
        let numbers = self.numbers.iter();
        numbers.map(|&number| by_number[number as usize]).collect()
    }

    /// Of the documents that have a passage above 0 what they are [counted under](Self::values), with
    /// how many they have; `scores` by slot.
    pub(crate) fn found(&self, scores: &[f32]) -> impl Iterator<Item = (&[u32], usize)> {
        let mut by_number = vec![0_usize; self.filed.len() + 1];
        for (&number, &score) in self.numbers.iter().zip(scores) {
            by_number[number as usize] += usize::from(score > 0.0);
        }
        let counted = self.filed.iter().zip(by_number.into_iter().skip(1));
        counted
            .filter(|(_, found)| *found > 0)
            .map(|(filed, found)| (&*filed.values, found))
    }

    /// Gives the document of these slots a number.
    fn number(&mut self, filed: Filed, slots: &[u32]) -> u32 {
        let number = if let Some(number) = self.free_numbers.pop() {
            self.filed[number as usize - 1] = filed;
            number
        } else {
            self.filed.push(filed);
            count(&self.filed)
        };
        self.numbers.resize(self.passages.len(), NONE);
        for &slot in slots {
            self.numbers[slot as usize] = number;
        }
        number
    }

    /// What texts are packed by.
    pub(crate) fn alphabet(&self) -> Option<&Arc<Alphabet>> {
        self.alphabet.as_ref()
    }

    /// Learns what texts are packed by, once there are enough. It stays as it is from then on:
    /// what comes later in another language takes a little more room.
    pub(crate) fn learn_alphabet(&mut self) {
        if self.alphabet.is_some() || self.passage_count() < LEARNED_FROM {
            return;
        }
        let texts = self.occupied().map(|(_, passage)| passage.text.text());
        let texts: Vec<_> = texts.take(LEARNED_FROM).collect();
        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
        self.alphabet = Some(Arc::new(Alphabet::learn(&texts)));
    }

    /// The passages with their slots.
    pub(crate) fn occupied(&self) -> impl Iterator<Item = (u32, &Arc<Passage>)> {
        (0..)
            .zip(&self.passages)
            .filter_map(|(slot, p)| p.as_ref().map(|p| (slot, p)))
    }

    /// By slot, 1 for at most so many passages that lie evenly spread, 0 for the others.
    pub(crate) fn spread(&self, most: usize) -> Vec<f32> {
        let step = self.passages.len().div_ceil(most).max(1);
        let passages = self.passages.iter().enumerate();
        let taken = passages.map(|(slot, p)| slot.is_multiple_of(step) && p.is_some());
        taken.map(|taken| f32::from(u8::from(taken))).collect()
    }

    /// The passage in an occupied slot.
    pub(crate) fn passage(&self, slot: u32) -> &Arc<Passage> {
        self.passages[slot as usize]
            .as_ref()
            .expect("documents name occupied slots")
    }

    /// The languages that there are documents of; English always, and first.
    pub(crate) fn languages(&self) -> Vec<Language> {
        let others = (1..language::COUNT).filter(|&number| self.by_language[number] > 0);
        let numbers = std::iter::once(0).chain(others);
        numbers.filter_map(Language::at).collect()
    }

    /// Whether a slot still holds the very passage it held when it was copied.
    pub(crate) fn is_still(&self, slot: u32, passage: &Arc<Passage>) -> bool {
        let held = self.passages.get(slot as usize).and_then(Option::as_ref);
        held.is_some_and(|held| Arc::ptr_eq(held, passage))
    }

    pub(crate) fn passage_count(&self) -> usize {
        self.passages.len() - self.free.len()
    }

    fn place(&mut self, passage: Passage) -> u32 {
        let passage = Some(Arc::new(passage));
        if let Some(slot) = self.free.pop() {
            self.passages[slot as usize] = passage;
            return slot;
        }
        self.passages.push(passage);
        u32::try_from(self.passages.len() - 1).expect("fewer than 2^32 passages")
    }
}
