//! What another reading of the same file did to its passages.

use std::collections::HashMap;

use super::key::keys;

/// Words of a shingle: in a row they are rarely shared by chance.
const SHINGLE: usize = 3;

/// Passages that share this part of the shorter one's shingles are one that changed.
const SAME_FROM: f64 = 0.5;

/// Two lists of passages compared; the numbers are places in the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Old and new with the same [`keys`]: the same letters and digits. Their text may
    /// still differ in spaces and signs.
    pub kept: Vec<(usize, usize)>,
    /// Old ones and where most of their words are now. Several old ones may have
    /// become one.
    pub changed: Vec<(usize, usize)>,
    /// New ones that hold no old one.
    pub added: Vec<usize>,
    /// Old ones whose words are nowhere.
    pub removed: Vec<usize>,
}

/// Compares the texts of the old passages with those of the new ones, each in order.
pub fn diff(old: &[&str], new: &[&str]) -> Diff {
    let by_key: HashMap<String, usize> = keys(new.iter().copied()).into_iter().zip(0..).collect();
    let mut diff = Diff::default();
    let mut open = Vec::new();
    for (at, key) in keys(old.iter().copied()).iter().enumerate() {
        match by_key.get(key) {
            Some(same) => diff.kept.push((at, *same)),
            None => open.push(at),
        }
    }
    let mut is_new = vec![true; new.len()];
    for (_, same) in &diff.kept {
        is_new[*same] = false;
    }
    let places = Places::of(new, |at| is_new[at]);
    for at in open {
        match places.best_for(old[at]) {
            Some(now) => diff.changed.push((at, now)),
            None => diff.removed.push(at),
        }
    }
    for (_, now) in &diff.changed {
        is_new[*now] = false;
    }
    diff.added = (0..new.len()).filter(|at| is_new[*at]).collect();
    diff
}

/// In which texts a shingle stands.
struct Places {
    holding: HashMap<String, Vec<usize>>,
    /// Shingles of each text.
    sizes: Vec<usize>,
}

impl Places {
    fn of(texts: &[&str], wanted: impl Fn(usize) -> bool) -> Self {
        let mut holding: HashMap<String, Vec<usize>> = HashMap::new();
        let mut sizes = vec![0; texts.len()];
        for (at, text) in texts.iter().enumerate().filter(|(at, _)| wanted(*at)) {
            for shingle in shingles(text) {
                sizes[at] += 1;
                holding.entry(shingle).or_default().push(at);
            }
        }
        Self { holding, sizes }
    }

    /// The text that shares most with `text`, if it is enough; the first of equals.
    fn best_for(&self, text: &str) -> Option<usize> {
        let own = shingles(text);
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for at in own.iter().filter_map(|shingle| self.holding.get(shingle)) {
            for at in at {
                *shared.entry(*at).or_default() += 1;
            }
        }
        let enough = |(at, shared): &(usize, usize)| {
            *shared as f64 >= SAME_FROM * own.len().min(self.sizes[*at]) as f64
        };
        shared
            .into_iter()
            .filter(enough)
            .max_by_key(|(at, shared)| (*shared, std::cmp::Reverse(*at)))
            .map(|(at, _)| at)
    }
}

/// The runs of words of a text, each once; a shorter text is one run.
fn shingles(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let size = SHINGLE.min(words.len()).max(1);
    let mut shingles: Vec<String> = words.windows(size).map(|run| run.join(" ")).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "Forty tutors read with every child of the county twice a week.";
    const SECOND: &str = "The budget of the second year pays for nine reading rooms.";

    #[test]
    fn what_stayed_is_kept_wherever_it_is_now() {
        let diff = diff(&[FIRST, SECOND], &["Something new.", FIRST, SECOND]);
        assert_eq!(diff.kept, [(0, 1), (1, 2)]);
        assert_eq!(diff.added, [0]);
        assert!(diff.changed.is_empty() && diff.removed.is_empty());
    }

    #[test]
    fn a_text_read_better_is_changed_and_a_lost_one_removed() {
        let better = FIRST.replace("county", "whole county");
        let diff = diff(&[FIRST, SECOND], &[&better]);
        assert_eq!(diff.changed, [(0, 0)]);
        assert_eq!(diff.removed, [1]);
        assert!(diff.added.is_empty());
    }

    #[test]
    fn two_that_became_one_are_both_followed() {
        let joined = format!("{FIRST} {SECOND}");
        let diff = diff(&[FIRST, SECOND], &[&joined]);
        assert_eq!(diff.changed, [(0, 0), (1, 0)]);
    }

    #[test]
    fn of_twins_each_keeps_its_own() {
        let diff = diff(&[FIRST, FIRST], &[FIRST, SECOND, FIRST]);
        assert_eq!(diff.kept, [(0, 0), (1, 2)]);
        assert_eq!(diff.added, [1]);
    }
}
