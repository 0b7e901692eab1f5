//! Which words can be like another at all, told by their letters without reading them.

use std::sync::Arc;

use crate::text;

/// A word's letters, one bit each, and how many characters it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    letters: u32,
    chars: u32,
}

/// Bits 0 to 25 are a to z; all other characters share the rest.
const LATIN: u32 = 26;

impl Shape {
    fn of(term: &str) -> Self {
        let mut shape = Self {
            letters: 0,
            chars: 0,
        };
        for char in term.chars() {
            let bit = match char {
                'a'..='z' => u32::from(char) - u32::from('a'),
                other => LATIN + u32::from(other) % (u32::BITS - LATIN),
            };
            shape.letters |= 1 << bit;
            shape.chars += 1;
        }
        shape
    }

    /// Whether `most` changes can lead from one to the other: each changes the length by one at
    /// most, and takes away one letter and brings in another at most.
    fn may_become(self, other: Self, most: u32) -> bool {
        self.chars.abs_diff(other.chars) <= most
            && (self.letters ^ other.letters).count_ones() <= 2 * most
    }
}

/// The words of an index by number, with their shapes side by side: a hundred thousand are looked
/// through in a tenth of a millisecond.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shapes {
    shapes: Vec<Shape>,
    names: Vec<Arc<str>>,
}

impl Shapes {
    /// Takes in the next word.
    pub(crate) fn push(&mut self, term: Arc<str>) {
        self.shapes.push(Shape::of(&term));
        self.names.push(term);
    }

    /// The word of a number.
    pub(crate) fn word(&self, number: usize) -> &str {
        &self.names[number]
    }

    /// The numbers and names of all words that may be within `most` changes of a word, and some
    /// that are not.
    pub(crate) fn like(&self, word: &str, most: usize) -> impl Iterator<Item = (usize, &str)> {
        let shape = Shape::of(word);
        let most = u32::try_from(most).unwrap_or(u32::MAX / 2);
        let shapes = self.shapes.iter().enumerate();
        shapes
            .filter(move |(_, other)| shape.may_become(**other, most))
            .map(|(number, _)| (number, &*self.names[number]))
    }

    /// The numbers and names of all words with this folded beginning.
    pub(crate) fn beginning(&self, beginning: &str) -> impl Iterator<Item = (usize, &str)> {
        let names = self.names.iter().enumerate();
        names
            .filter(move |(_, name)| begins(name, beginning))
            .map(|(number, name)| (number, &**name))
    }
}

fn begins(name: &str, beginning: &str) -> bool {
    name.starts_with(beginning) || !name.is_ascii() && text::fold(name).starts_with(beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_term_within_reach_is_passed_over() {
        let mut shapes = Shapes::default();
        let terms = ["literaci", "literatur", "boat", "abot", "ökologi", "2024"];
        for term in terms {
            shapes.push(term.into());
        }
        for word in ["litercy", "iteraci", "boast", "baot", "okologi", "boats"] {
            for most in [1, 2] {
                let like: Vec<&str> = shapes.like(word, most).map(|(_, term)| term).collect();
                for term in terms {
                    if strsim::osa_distance(word, term) <= most {
                        assert!(like.contains(&term), "{term} for {word}");
                    }
                }
            }
        }
    }

    #[test]
    fn terms_of_other_letters_are_not_read() {
        let mut shapes = Shapes::default();
        shapes.push("garden".into());
        shapes.push("boat".into());
        let like: Vec<usize> = shapes.like("boast", 1).map(|(number, _)| number).collect();
        assert_eq!(like, [1]);
    }
}
