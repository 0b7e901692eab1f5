//! How good the search is by what an archive's own people have said of it.

use std::collections::HashMap;

use archivist_domain::PassageId;

use super::{DEPTH, Evaluation, measures};
use crate::search;
use crate::{Index, SearchRequest};

/// A search, and how well passages answer it: grades above 0.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What is asked, as a search would be.
    pub request: SearchRequest,
    /// By passage.
    pub grades: HashMap<PassageId, u32>,
}

/// Asks each of the searches, changed by `how`, and looks where the passages stand.
/// `current_year` is what age is reckoned from.
pub fn of_archive(
    index: &Index,
    judged: &[Judged],
    how: impl Fn(&SearchRequest) -> SearchRequest,
    current_year: i32,
) -> Evaluation {
    let measured = judged.iter().map(|judged| {
        let request = SearchRequest {
            limit: DEPTH,
            ..how(&judged.request)
        };
        let found = search::passages(index, &request, current_year);
        let found: Vec<String> = found.iter().map(PassageId::to_string).collect();
        let answer: Vec<&str> = found.iter().map(String::as_str).collect();
        let grades = judged.grades.iter();
        let grades = grades.map(|(id, grade)| (id.to_string(), *grade)).collect();
        measures::of_answer(&answer, &grades)
    });
    Evaluation {
        queries: measured.collect(),
    }
}
