//! How far learned vectors can be trusted in an archive: known items, looked for again.
//!
//! Some words are taken out of some of the passages before anything is learned. Then each piece is
//! asked for, by its words and by its vector: how well is the rest of its passage found by either?
//! Where vectors do nearly as well as words, they know what texts here are about; where they do
//! much worse, they blur what words tell apart.

use std::collections::HashMap;
use std::ops::Range;

use archivist_domain::PassageId;

use super::Embedder;
use super::lsa::Lsa;
use crate::archive::Passage;
use crate::lexical::{self, Counts};
use crate::query::Query;
use crate::records::PassageText;
use crate::synonyms::Synonyms;
use crate::train;
use crate::vectors::Vectors;

/// At most so many passages lose a piece.
const MOST: usize = 300;
/// And at most one of so many, since what is learned should hardly differ.
const OF_PASSAGES: usize = 8;
/// A piece is so many words from the middle of a passage,
const WORDS: usize = 10;
/// which has at least so many times as many.
const TIMES: usize = 3;
/// Items count that are found among so many.
const DEPTH: usize = 10;
/// What vectors are taken to find of what words find, before anything is measured, and how many
/// items found that stands for: a small archive has few items.
const USUAL: f32 = 0.85;
const USUAL_ITEMS: f32 = 20.0;
/// What vectors find of what words find: up to the first they are trusted least, from the second on
/// wholly, evenly in between.
const FOUND: (f32, f32) = (0.7, 0.8);
/// What the least trusted vectors count, against 1.
const LEAST: f32 = 0.2;

/// The items of an archive.
#[derive(Debug, Default)]
pub(crate) struct KnownItems {
    /// Of the passages that lost a piece, by their places: what is left of the text.
    rests: HashMap<usize, String>,
    items: Vec<Item>,
}

/// A passage to be found by a piece of it.
#[derive(Debug)]
struct Item {
    passage: PassageId,
    piece: Query,
    rest: Counts,
    /// How long the passage was, in units.
    length: u32,
}

impl KnownItems {
    /// Takes pieces out of some of the passages that are learned from, which stand at these places.
    pub(crate) fn among(passages: &[&Passage], learned: &[usize]) -> Self {
        let most = (learned.len() / OF_PASSAGES).min(MOST);
        let mut items = Self::default();
        for at in train::spread(learned.len(), most) {
            items.take(learned[at], passages[learned[at]]);
        }
        items
    }

    fn take(&mut self, at: usize, passage: &Passage) {
        let fields = passage.fields();
        let Some(range) = middle(&fields.text) else {
            return;
        };
        let piece = Query::parse(
            &fields.text[range.clone()],
            &Synonyms::default(),
            &[fields.language],
        );
        let length = Counts::of(&fields).length;
        let mut text = fields.text.into_owned();
        text.replace_range(range, " ");
        let fields = PassageText {
            text: text.as_str().into(),
            ..passage.fields()
        };
        self.items.push(Item {
            passage: passage.id,
            rest: Counts::of(&fields),
            piece,
            length,
        });
        self.rests.insert(at, text);
    }

    /// What there is to learn from a passage at a place.
    pub(crate) fn fields<'a>(&'a self, at: usize, passage: &'a Passage) -> PassageText<'a> {
        match self.rests.get(&at) {
            Some(rest) => PassageText {
                text: rest.as_str().into(),
                ..passage.fields()
            },
            None => passage.fields(),
        }
    }

    /// Looks for the items with what was learned from so many passages.
    pub(crate) fn look_for(&self, model: &Lsa, learned_from: usize) -> Looking {
        let lengths: u32 = self.items.iter().map(|item| item.length).sum();
        let count = self.items.len();
        let mut looking = Looking {
            average: lengths as f32 / count.max(1) as f32,
            vectors: Vectors::new(model.dims()),
            terms: HashMap::new(),
            sought: Vec::new(),
            scores: vec![0.0; count],
            all: vec![1.0; count],
        };
        for item in &self.items {
            looking.add(item, model, learned_from as f32);
        }
        looking
    }
}

/// The words in the middle of a text, in bytes, where it has enough of them.
fn middle(text: &str) -> Option<Range<usize>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < WORDS * TIMES {
        return None;
    }
    let piece = &words[(words.len() - WORDS) / 2..][..WORDS];
    let start = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    let last = piece[WORDS - 1];
    Some(start(piece[0])..start(last) + last.len())
}

/// Items that are being looked for, passage by passage.
#[derive(Debug)]
pub(crate) struct Looking {
    /// How long passages are that have an item, in units.
    average: f32,
    /// Of the pieces, by item.
    vectors: Vectors,
    /// By term: the items whose piece has it, and what it counts there.
    terms: HashMap<String, Vec<(usize, f32)>>,
    sought: Vec<Sought>,
    /// By item, of the passage that is looked at. Of more digits than what is added up, so that the
    /// order in which that happens makes no difference.
    scores: Vec<f64>,
    /// 1 for each item.
    all: Vec<f32>,
}

/// Places in this are by words and by meaning.
#[derive(Debug)]
struct Sought {
    passage: PassageId,
    /// What its own passage, without the piece, scores.
    own: [f64; 2],
    /// How many other passages stand before that.
    before: [usize; 2],
}

impl Looking {
    fn add(&mut self, item: &Item, model: &Lsa, learned_from: f32) {
        let number = self.sought.len();
        let mut words = 0.0_f64;
        for term in item.piece.typed() {
            // What the model does not know is rare.
            let rarity = model
                .rarity(&term.term)
                .unwrap_or_else(|| learned_from.ln());
            let gain = term.weight * rarity;
            let units = item.rest.units.get(&term.term).copied().unwrap_or_default();
            let length = item.rest.length as f32 / self.average;
            words += f64::from(lexical::share(gain, units, length));
            let places = self.terms.entry(term.term.clone()).or_default();
            places.push((number, gain));
        }
        self.vectors.set_or_clear(number, model.query(&item.piece));
        let rest = model.passage(&item.rest);
        let all = &self.all;
        let meaning = rest.map_or(0.0, |rest| self.vectors.scan(&rest, all)[number]);
        self.sought.push(Sought {
            passage: item.passage,
            own: [words, meaning.into()],
            before: [0; 2],
        });
    }

    /// Takes a passage of the archive into account: its words and its vector.
    pub(crate) fn see(&mut self, passage: PassageId, counts: &Counts, vector: Option<&[f32]>) {
        let length = counts.length as f32 / self.average;
        self.scores.fill(0.0);
        for (term, &units) in &counts.units {
            for &(item, gain) in self.terms.get(term).into_iter().flatten() {
                self.scores[item] += f64::from(lexical::share(gain, units, length));
            }
        }
        let meaning = vector.map(|vector| self.vectors.scan(vector, &self.all));
        for (item, sought) in self.sought.iter_mut().enumerate() {
            if sought.passage != passage {
                let meaning = meaning.as_ref().map_or(0.0, |meaning| meaning[item]);
                sought.before[0] += usize::from(self.scores[item] >= sought.own[0]);
                sought.before[1] += usize::from(f64::from(meaning) >= sought.own[1]);
            }
        }
    }

    /// The items' nDCG at 10, added up: by words, by meaning.
    fn found(&self) -> [f32; 2] {
        [0, 1].map(|by| self.sought.iter().map(|item| item.gain(by)).sum())
    }

    /// What the vectors count, 0.2 to 1: by the nDCG at 10 of all items by meaning against that
    /// by words.
    pub(crate) fn trust(&self) -> f32 {
        let [words, meaning] = self.found();
        let share = (meaning + USUAL * USUAL_ITEMS) / (words + USUAL_ITEMS);
        let (least, enough) = FOUND;
        let between = ((share - least) / (enough - least)).clamp(0.0, 1.0);
        LEAST + (1.0 - LEAST) * between
    }
}

impl Sought {
    fn gain(&self, by: usize) -> f32 {
        if self.own[by] > 0.0 && self.before[by] < DEPTH {
            1.0 / (self.before[by] as f32 + 2.0).log2()
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use archivist_domain::DocumentId;
    use uuid::Uuid;

    use super::*;
    use crate::language::Language;
    use crate::random::SplitMix;

    const PASSAGES: u32 = 200;
    const OF_A_THEME: usize = 8;

    fn passage(number: u32, text: &str) -> Passage {
        Passage {
            id: PassageId(Uuid::from_u128(number.into())),
            document: DocumentId(Uuid::from_u128(number.into())),
            ordinal: 0,
            language: Language::English,
            title: Arc::from(""),
            tags: Arc::from(""),
            heading: None,
            text: text.to_owned().into(),
        }
    }

    /// Passages of so many themes, which have words of their own.
    fn of_themes(themes: u32) -> Vec<Passage> {
        let mut random = SplitMix(7);
        let mut text = |theme: u32| {
            let word = |_| match random.below(2) {
                0 => format!("w{theme}x{}", random.below(OF_A_THEME)),
                _ => format!("usual{}", random.below(300)),
            };
            (0..60).map(word).collect::<Vec<_>>().join(" ")
        };
        let each = (0..PASSAGES).map(|number| passage(number, &text(number % themes)));
        each.collect()
    }

    /// What was found by words and by meaning, and the trust.
    fn measured(passages: &[Passage]) -> ([f32; 2], f32) {
        let all: Vec<&Passage> = passages.iter().collect();
        let items = KnownItems::among(&all, &train::spread(all.len(), all.len()));
        let texts = all.iter().enumerate();
        let texts = texts.map(|(at, passage)| items.fields(at, passage));
        let model = Lsa::train(texts, 1).unwrap();
        let mut looking = items.look_for(&model, all.len());
        for passage in all {
            let counts = Counts::of(&passage.fields());
            looking.see(passage.id, &counts, model.passage(&counts).as_deref());
        }
        (looking.found(), looking.trust())
    }

    #[test]
    fn vectors_that_find_what_words_find_are_trusted() {
        let ([words, meaning], trust) = measured(&of_themes(20));
        assert!(words > 5.0 && meaning > 5.0, "{words} {meaning}");
        assert!((trust - 1.0).abs() < f32::EPSILON, "{trust}");
    }

    #[test]
    fn vectors_that_blur_what_words_tell_apart_are_trusted_less() {
        // More themes than there are dimensions for.
        let blurred = of_themes(PASSAGES);
        let ([words, meaning], trust) = measured(&blurred);
        assert!(words > 20.0 && meaning < words / 2.0, "{words} {meaning}");
        assert!(trust < 0.7, "{trust}");
        let again = measured(&blurred).1;
        assert!((trust - again).abs() < f32::EPSILON, "{trust} {again}");
    }

    #[test]
    fn pieces_are_not_learned_from_and_short_passages_lose_none() {
        let words: Vec<String> = (0..40).map(|word| format!("w{word}")).collect();
        let long = words.join(" ");
        let passages: Vec<Passage> = (0..16)
            .map(|number| passage(number, if number == 0 { &long } else { "too short" }))
            .collect();
        let items = KnownItems::among(
            &passages.iter().collect::<Vec<_>>(),
            &(0..16).collect::<Vec<_>>(),
        );
        assert_eq!(items.items.len(), 1);
        let left = items.fields(0, &passages[0]).text.into_owned();
        assert!(left.contains("w14") && left.contains("w25"), "{left}");
        assert!(!left.contains("w15") && !left.contains("w24"), "{left}");
        assert_eq!(items.fields(1, &passages[1]).text, "too short");
        assert_eq!(passages[0].fields().text, long);
    }

    #[test]
    fn where_nothing_is_measured_vectors_are_trusted() {
        let none = KnownItems::default();
        let texts = of_themes(20);
        let model = Lsa::train(texts.iter().map(Passage::fields), 1).unwrap();
        assert!((none.look_for(&model, 20).trust() - 1.0).abs() < f32::EPSILON);
    }
}
