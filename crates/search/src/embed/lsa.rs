//! Vectors learned from the archive itself: latent semantic analysis.
//!
//! Passages are rows of a matrix with the weight `(1 + ln tf) × idf` for each
//! term, scaled to length 1. Its leading right singular vectors place words that
//! keep the same company in the same direction (Deerwester et al., "Indexing by
//! Latent Semantic Analysis", 1990). Passages and queries alike are folded in:
//! the weighted sum of their words' directions.

use std::collections::HashMap;

use super::Embedder;
use super::known_items::KnownItems;
use super::svd::{self, SparseRows};
use crate::archive::Passage;
use crate::language::{self, Language, Languages};
use crate::lexical::Counts;
use crate::query::Query;
use crate::random::SplitMix;
use crate::records::PassageText;
use crate::text;
use crate::vectors::{Vectors, unit};

/// The width asked for.
pub(crate) const DIMS: usize = 256;
/// Small archives get one dimension for so many passages: with as many dimensions
/// as passages, every passage is like itself alone.
const PASSAGES_PER_DIMENSION: usize = 8;
/// Fewer would tell nothing apart.
const MIN_DIMS: usize = 5;
/// Below this many passages words have too little company to learn from.
pub(crate) const MIN_PASSAGES: usize = 20;
/// Rarer words would be a table of noise.
const MIN_HOLDERS: u32 = 2;
/// The most frequent words that are kept, to bound memory.
const MAX_TERMS: usize = 40_000;
/// Pairs of passages that are compared to see what chance gives.
const CHANCE_PAIRS: usize = 4_000;
/// How many median deviations above the median of chance a likeness must be;
/// for a normal distribution 4 of them are 2.7 standard deviations.
const CHANCE_DEVIATIONS: f32 = 4.0;
/// With fewer passages of a language chance cannot be told: these are found by words alone.
const MIN_OF_LANGUAGE: usize = 8;
/// Never less, however little unrelated passages have in common.
const MIN_FLOOR: f32 = 0.2;

/// What is known of a word: its row of directions and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TermRow {
    pub(crate) row: u32,
    pub(crate) idf: f32,
}

/// A trained model.
#[derive(Debug, PartialEq)]
pub(crate) struct Lsa {
    pub(crate) terms: HashMap<Box<str>, TermRow>,
    pub(crate) directions: Vectors,
    /// By language, 1 where too few passages are in it to tell.
    pub(crate) floors: [f32; language::COUNT],
    pub(crate) trust: f32,
}

impl Lsa {
    /// Learns from passages; `None` if there are too few, or too alike, to learn
    /// anything. The same passages in the same order and the same seed give the
    /// same model. Floors and trust are not set yet.
    pub(crate) fn train<'a>(
        passages: impl ExactSizeIterator<Item = PassageText<'a>>,
        seed: u64,
    ) -> Option<Self> {
        let count = passages.len();
        if count < MIN_PASSAGES {
            return None;
        }
        let (terms, matrix) = Occurrences::count(passages).into_matrix();
        let rank = (count / PASSAGES_PER_DIMENSION).clamp(MIN_DIMS, DIMS);
        let vectors = svd::right_singular_vectors(&matrix, rank, seed);
        let mut directions = Vectors::new(vectors.width);
        for row in 0..terms.len() {
            directions.set(row, vectors.row(row));
        }
        (vectors.width > 0).then_some(Self {
            terms,
            directions,
            floors: [1.0; language::COUNT],
            trust: 1.0,
        })
    }

    /// The vectors of passages, a row for each, whose chance sets the floors. How well `items` are
    /// found among those that were learned from sets the trust; `learned` are their places,
    /// ascending.
    pub(crate) fn read_all(
        &mut self,
        passages: &[&Passage],
        (items, learned): (&KnownItems, &[usize]),
        seed: u64,
    ) -> Vectors {
        let mut looking = items.look_for(self, learned.len());
        let mut vectors = Vectors::new(self.dims());
        for (row, passage) in passages.iter().enumerate() {
            let counts = Counts::of(&passage.fields());
            let vector = self.passage(&counts);
            if learned.binary_search(&row).is_ok() {
                looking.see(passage.id, &counts, vector.as_deref());
            }
            vectors.set_or_clear(row, vector);
        }
        self.trust = looking.trust();
        let languages: Vec<Language> = passages.iter().map(|p| p.language).collect();
        self.measure_floors(&vectors, &languages, seed);
        vectors
    }

    /// How rare a word is: `ln(N / n)`, if it is known.
    pub(super) fn rarity(&self, term: &str) -> Option<f32> {
        self.terms.get(term).map(|known| known.idf)
    }

    /// Sets the floor of each language to what pairs of its vectors, drawn by chance, seldom exceed:
    /// where there are several, what all texts of one have in common is the language. By median
    /// and median deviation: in an archive with few themes many pairs are alike for good reasons,
    /// and a mean would count them as chance.
    fn measure_floors(&mut self, vectors: &Vectors, languages: &[Language], seed: u64) {
        let mut rows = [const { Vec::new() }; language::COUNT];
        for (row, language) in languages.iter().enumerate() {
            rows[language.number()].push(row);
        }
        let measured = rows.each_ref().map(|rows: &Vec<usize>| {
            (rows.len() >= MIN_OF_LANGUAGE).then(|| floor(vectors, rows, seed))
        });
        // Languages that are not there yet are taken for one that is.
        let usual = measured.iter().flatten().copied().fold(1.0, f32::min);
        let of = |number: usize| {
            let too_few = if rows[number].is_empty() { usual } else { 1.0 };
            measured[number].unwrap_or(too_few)
        };
        self.floors = std::array::from_fn(of);
    }

    /// The cosine up to which passages of one of these languages may be alike by chance. A passage
    /// that shares no word with the query is found only above it.
    pub(crate) fn floor(&self, languages: Languages) -> f32 {
        let floors = self.floors.iter().enumerate();
        let those = floors.filter(|(number, _)| languages.has(*number));
        those.map(|(_, floor)| *floor).fold(1.0, f32::min)
    }

    /// Whether floors differ from language to language.
    pub(crate) fn has_floors(&self) -> bool {
        let least = self.floor(Languages::ALL);
        self.floors.iter().any(|floor| *floor > least)
    }

    /// The directions of words, summed up by their weights, at length 1.
    fn fold_in<'a>(&self, words: impl Iterator<Item = (&'a str, f32)>) -> Option<Vec<f32>> {
        let mut known: Vec<(TermRow, f32)> = words
            .filter_map(|(term, frequency)| Some((*self.terms.get(term)?, frequency)))
            .collect();
        // Sums of floats depend on their order; that of a hash map is chance.
        known.sort_unstable_by_key(|(term, _)| term.row);
        let mut sum = vec![0.0; self.directions.dims()];
        for (term, frequency) in known {
            let weight = damped(frequency) * term.idf;
            if let Some(direction) = self.directions.get(term.row as usize) {
                sum.iter_mut()
                    .zip(direction)
                    .for_each(|(s, d)| *s += weight * d);
            }
        }
        unit(sum)
    }
}

impl Embedder for Lsa {
    fn dims(&self) -> usize {
        self.directions.dims()
    }

    fn passage(&self, counts: &Counts) -> Option<Vec<f32>> {
        self.fold_in(counts.words())
    }

    fn query(&self, query: &Query) -> Option<Vec<f32>> {
        self.fold_in(query.known_terms(|term| self.terms.contains_key(term)))
    }

    fn trust(&self) -> f32 {
        self.trust
    }
}

/// What pairs of these rows, drawn by chance, seldom exceed.
fn floor(vectors: &Vectors, rows: &[usize], seed: u64) -> f32 {
    let mut random = SplitMix(seed);
    let cosines: Vec<f32> = (0..CHANCE_PAIRS)
        .map(|_| (random.below(rows.len()), random.below(rows.len())))
        .filter(|(a, b)| a != b)
        .filter_map(|(a, b)| Some(dot(vectors.get(rows[a])?, vectors.get(rows[b])?)))
        .collect();
    let usual = median(cosines.clone());
    let deviation = median(cosines.iter().map(|c| (c - usual).abs()).collect());
    (usual + CHANCE_DEVIATIONS * deviation).clamp(MIN_FLOOR, 1.0)
}

/// `1 + ln tf`; a word that counts less than once counts as that.
fn damped(frequency: f32) -> f32 {
    if frequency < 1.0 {
        frequency
    } else {
        1.0 + frequency.ln()
    }
}

/// Which terms occur in which passage how often, terms by number.
#[derive(Default)]
struct Occurrences {
    numbers: HashMap<String, u32>,
    /// By number: in how many passages.
    holders: Vec<u32>,
    /// By passage: numbers with frequencies in words.
    rows: SparseRows,
}

impl Occurrences {
    fn count<'a>(passages: impl Iterator<Item = PassageText<'a>>) -> Self {
        let (mut all, mut rows) = (Self::default(), SparseRows::default());
        for passage in passages {
            let counts = Counts::of(&passage);
            rows.push(counts.words().map(|(term, tf)| (all.note(term), tf)));
        }
        Self { rows, ..all }
    }

    /// The number of a term that one more passage holds.
    fn note(&mut self, term: &str) -> u32 {
        if let Some(&number) = self.numbers.get(term) {
            self.holders[number as usize] += 1;
            return number;
        }
        let number = u32::try_from(self.holders.len()).expect("fewer than 2^32 terms");
        self.numbers.insert(term.to_owned(), number);
        self.holders.push(1);
        number
    }

    /// The words to learn, and the weighted matrix with one column for each.
    fn into_matrix(mut self) -> (HashMap<Box<str>, TermRow>, SparseRows) {
        let all = self.rows.len() as f32;
        let mut known = vec![None; self.holders.len()];
        let mut terms = HashMap::new();
        for (row, (term, number)) in (0..).zip(self.chosen()) {
            let idf = (all / self.holders[number as usize] as f32).ln().max(0.0);
            known[number as usize] = Some(TermRow { row, idf });
            terms.insert(term.into(), TermRow { row, idf });
        }
        let mut matrix = std::mem::take(&mut self.rows);
        matrix.reduce(|row| weigh(row, &known));
        matrix.columns = terms.len();
        (terms, matrix)
    }

    /// The most frequent words that are not too rare, in alphabetical order, so
    /// that chance has no part in it.
    fn chosen(&self) -> Vec<(&str, u32)> {
        let holders = |number: u32| self.holders[number as usize];
        let mut chosen: Vec<(&str, u32)> = self
            .numbers
            .iter()
            .map(|(term, &number)| (term.as_str(), number))
            .filter(|&(term, number)| holders(number) >= MIN_HOLDERS && !text::is_letter(term))
            .collect();
        chosen.sort_unstable_by(|a, b| holders(b.1).cmp(&holders(a.1)).then(a.0.cmp(b.0)));
        chosen.truncate(MAX_TERMS);
        chosen.sort_unstable();
        chosen
    }
}

/// Makes the words of a passage, by number, its row of the matrix: those that are known, which
/// come first, by weight, at length 1. Says how many they are.
fn weigh(words: &mut [(u32, f32)], known: &[Option<TermRow>]) -> usize {
    let mut count = 0;
    for at in 0..words.len() {
        let (number, tf) = words[at];
        if let Some(term) = known[number as usize] {
            words[count] = (term.row, damped(tf) * term.idf);
            count += 1;
        }
    }
    let row = &mut words[..count];
    row.sort_unstable_by_key(|(column, _)| *column);
    let length = row.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
    if length > 0.0 {
        for (_, weight) in row {
            *weight /= length;
        }
    }
    count
}

fn dot(a: impl Iterator<Item = f32>, b: impl Iterator<Item = f32>) -> f32 {
    a.zip(b).map(|(x, y)| x * y).sum()
}

/// The upper median; 0 of nothing.
fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    values.sort_unstable_by(f32::total_cmp);
    values.get(middle).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synonyms::Synonyms;

    /// Ten kitchens with words of their own; in each, soup and stew never meet,
    /// but keep the same company.
    fn texts() -> Vec<String> {
        let lines = [
            "soup pot ladle",
            "stew pot ladle",
            "soup pot oven",
            "stew pot oven",
            "soup ladle oven",
            "stew ladle oven",
            "pot ladle oven",
            "oven ladle pot",
        ];
        let kitchen = |number: usize| {
            let named = move |word| format!("{word}{number}");
            lines.map(|line| line.split(' ').map(named).collect::<Vec<_>>().join(" "))
        };
        (0..10).flat_map(kitchen).collect()
    }

    fn train(texts: &[String], seed: u64) -> Option<Lsa> {
        Lsa::train(texts.iter().map(|text| passage(text)), seed)
    }

    fn passage(text: &str) -> PassageText<'_> {
        PassageText {
            language: Language::English,
            title: "",
            tags: "",
            heading: None,
            text: text.into(),
        }
    }

    fn likeness(model: &Lsa, a: &str, b: &str) -> f32 {
        let vector = |word| model.query(&asked(word)).unwrap().into_iter();
        dot(vector(a), vector(b))
    }

    fn asked(text: &str) -> Query {
        Query::parse(text, &Synonyms::default(), &[Language::English])
    }

    #[test]
    fn words_of_the_same_company_are_alike() {
        let model = train(&texts(), 1).unwrap();
        for kitchen in 0..10 {
            let [soup, stew] = ["soup", "stew"].map(|word| format!("{word}{kitchen}"));
            let alike = likeness(&model, &soup, &stew);
            assert!(alike > 0.7, "{kitchen}: {alike}");
        }
        assert!(likeness(&model, "soup1", "stew2") < 0.3);
    }

    #[test]
    fn vectors_have_length_one_and_unknown_words_none() {
        let model = train(&texts(), 1).unwrap();
        let vector = model
            .passage(&Counts::of(&passage("soup3 for the choir")))
            .unwrap();
        assert_eq!(vector.len(), model.dims());
        assert!((dot(vector.iter().copied(), vector.iter().copied()) - 1.0).abs() < 1e-4);
        assert_eq!(model.query(&asked("submarine")), None);
    }

    #[test]
    fn the_same_passages_and_seed_give_the_same_model() {
        assert_eq!(train(&texts(), 5), train(&texts(), 5));
    }

    #[test]
    fn too_few_passages_and_passages_without_words_teach_nothing() {
        assert_eq!(train(&texts()[..MIN_PASSAGES - 1], 1), None);
        assert_eq!(train(&vec!["of the".to_owned(); 30], 1), None);
        assert_eq!(train(&vec!["beans".to_owned(); 30], 1), None);
    }

    #[test]
    fn the_floor_lies_above_chance_and_below_real_likeness() {
        let texts = texts();
        let mut model = train(&texts, 1).unwrap();
        let mut vectors = Vectors::new(model.dims());
        for (row, text) in texts.iter().enumerate() {
            vectors.set_or_clear(row, model.passage(&Counts::of(&passage(text))));
        }
        model.measure_floors(&vectors, &vec![Language::English; texts.len()], 1);
        let floor = model.floor(Languages::ALL);
        assert!(floor >= MIN_FLOOR && !model.has_floors());
        assert!(likeness(&model, "soup1", "stew2") < floor);
    }
}
