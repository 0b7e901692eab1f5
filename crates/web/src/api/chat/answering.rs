//! What is answered: the sentences of the library that answer a question, or, where
//! somebody asks for a section to be written, a draft of it.

use std::collections::HashSet;
use std::sync::Arc;

use archivist_domain::{Audience, Section};
use archivist_draft::{ANSWERER, Answer, DraftRequest, ProviderError, Question, Source, answer};
use archivist_search::{Filters, SearchRequest};

use super::body::Said;
use super::context::ConversationContext;
use crate::drafting::{self, Retrieval};
use crate::error::Error;
use crate::retrieve;
use crate::state::AppState;

/// How many passages a question is looked for in.
const PASSAGES: usize = 12;

/// How many passages a section is written from, as in the API of drafts.
const SOURCES_OF_A_DRAFT: usize = 5;

/// How much age counts where no year is asked for.
const RECENCY: f32 = 0.7;

const DRAFT_WORDS: usize = 500;

const NO_SUBJECT: &str = "Ask about something that your documents may tell, for instance: \
    “How many families did we serve last year?” I answer with sentences of the library and their \
    sources.";
const NO_PASSAGE: &str = "I found nothing in the library about this. Ask in other words, widen the \
    filters, or add documents that speak of it.";
const NO_SENTENCE: &str = "The library has passages near this subject, but none of their sentences \
    answers the question. Ask in other words, name another year, or search the library for it.";
const NO_DOCUMENT: &str = "No document can match the filters of this conversation: one of their \
    values is unknown to the library. Change the filters and ask again.";

/// What is answered, and from what.
pub(super) struct Answered {
    /// The text, with markers.
    pub(super) text: String,
    /// The passages that it cites.
    pub(super) sources: Vec<Source>,
    /// Who wrote it.
    pub(super) model: String,
    /// Tokens that a language model read and wrote.
    pub(super) tokens_used: u32,
    /// One line per kind of trouble.
    pub(super) quality_issues: Vec<String>,
}

impl Answered {
    /// That nothing fits is an answer too.
    fn without_sources(text: impl Into<String>, model: &str) -> Self {
        Self {
            text: text.into(),
            sources: Vec::new(),
            model: model.to_owned(),
            tokens_used: 0,
            quality_issues: Vec::new(),
        }
    }
}

/// Answers what was said; `earlier` are the questions before it, oldest first.
pub(super) async fn answer_to(
    state: &AppState,
    said: &Said,
    context: &ConversationContext,
    earlier: &[String],
) -> Result<Answered, Error> {
    let question = Question::read(&said.message, earlier, state.clock.year());
    let Some(filters) = filters(said, context) else {
        return Ok(Answered::without_sources(NO_DOCUMENT, ANSWERER));
    };
    match wanted_section(said, context) {
        Some(section) => {
            let request = draft_request(state, said, context, section, &question);
            write_section(state, &request, retrieval(said, filters)).await
        }
        None => answer_question(state, question, filters).await,
    }
}

async fn answer_question(
    state: &AppState,
    question: Question,
    filters: Filters,
) -> Result<Answered, Error> {
    if !question.has_subject() {
        return Ok(Answered::without_sources(NO_SUBJECT, ANSWERER));
    }
    let sources = passages_for(state, &question, filters).await?;
    if sources.is_empty() {
        return Ok(Answered::without_sources(NO_PASSAGE, ANSWERER));
    }
    let found = state.cpu.run(move || answer(&question, &sources)).await;
    let Some(Answer {
        text,
        sources,
        quality_issues,
    }) = found
    else {
        return Ok(Answered::without_sources(NO_SENTENCE, ANSWERER));
    };
    Ok(Answered {
        text,
        sources,
        quality_issues,
        ..Answered::without_sources("", ANSWERER)
    })
}

/// The passages that a question may be answered from. Where it names a year, documents of
/// that year are looked into by themselves as well: among many years of the same report
/// the one that is asked for may rank low.
async fn passages_for(
    state: &AppState,
    question: &Question,
    filters: Filters,
) -> Result<Arc<[Source]>, Error> {
    let years = question.years();
    let ask = |filters: Filters| SearchRequest {
        text: shortened(question.search_text()),
        filters,
        limit: PASSAGES,
        recency_weight: if years.is_empty() { RECENCY } else { 0.0 },
        ..SearchRequest::default()
    };
    let mut searches = vec![ask(filters.clone())];
    if !years.is_empty() && filters.years.is_empty() {
        searches.push(ask(Filters {
            years: years.to_vec(),
            ..filters
        }));
    }
    let mut seen = HashSet::new();
    let found = retrieve::search_all(state, searches).await?;
    let found = found.into_iter().flatten();
    let once = found.filter(|found| seen.insert(found.passage.passage_id));
    Ok(drafting::numbered(once.collect()))
}

/// The end of it: what is asked now stands there, what was asked before comes first.
fn shortened(text: &str) -> String {
    let surplus = text
        .chars()
        .count()
        .saturating_sub(retrieve::MAX_QUERY_CHARS);
    text.chars().skip(surplus).collect()
}

async fn write_section(
    state: &AppState,
    request: &DraftRequest,
    retrieval: Retrieval,
) -> Result<Answered, Error> {
    let sources = drafting::find_sources(state, request, &retrieval).await?;
    let model = state.provider.name().to_owned();
    match drafting::write(state, request, &sources).await {
        Ok(written) => {
            let review = drafting::review(state, request, &sources, &written.text).await;
            Ok(Answered {
                sources: sources.to_vec(),
                model,
                tokens_used: written.tokens_used,
                quality_issues: review.quality_issues,
                text: written.text,
            })
        }
        // In a conversation it is told like anything else, with what to do.
        Err(
            error @ (ProviderError::NoSources
            | ProviderError::NothingRelevant
            | ProviderError::NoRoom { .. }),
        ) => Ok(Answered::without_sources(error.to_string(), &model)),
    }
}

/// What was agreed on, or, where the parameters restrict anything, their filters.
fn filters(said: &Said, context: &ConversationContext) -> Option<Filters> {
    let given = said.parameters.as_ref().map(|(_, given)| &given.filters);
    match given {
        Some(given) if *given != Filters::default() => Some(given.clone()),
        _ => context.filters(),
    }
}

fn retrieval(said: &Said, filters: Filters) -> Retrieval {
    let given = said.parameters.as_ref().map(|(_, given)| given);
    Retrieval {
        max_sources: given.map_or(SOURCES_OF_A_DRAFT, |given| given.max_sources),
        recency_weight: given.map_or(RECENCY, |given| given.recency_weight),
        filters,
    }
}

fn draft_request(
    state: &AppState,
    said: &Said,
    context: &ConversationContext,
    section: Section,
    question: &Question,
) -> DraftRequest {
    let query = question.search_text().to_owned();
    if let Some((given, _)) = &said.parameters {
        return DraftRequest {
            query,
            section,
            ..given.clone()
        };
    }
    DraftRequest {
        query,
        audience: context.audience().unwrap_or(Audience::FoundationGrant),
        section,
        tone: context.tone().unwrap_or("Professional").to_owned(),
        custom_instructions: None,
        include_citations: true,
        max_words: DRAFT_WORDS,
        temperature: 0.3,
        max_tokens: 4096,
        organization: state.settings.organization.clone(),
    }
}

/// Which section is to be written, where somebody asks for one: the one that is named,
/// or else the one that was agreed on.
fn wanted_section(said: &Said, context: &ConversationContext) -> Option<Section> {
    asks_for_a_text(&said.message).then(|| {
        let given = said.parameters.as_ref().map(|(given, _)| given.section);
        named_section(&said.message)
            .or(given)
            .or_else(|| context.section())
    })?
}

/// "Please write …", "Can you draft …": what the sentence begins with tells.
fn asks_for_a_text(message: &str) -> bool {
    const POLITE: [&str; 8] = [
        "please", "can", "could", "would", "you", "now", "then", "kindly",
    ];
    const TO_WRITE: [&str; 5] = ["write", "draft", "compose", "rewrite", "redraft"];
    let mut words = message
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase);
    words
        .find(|word| !POLITE.contains(&word.as_str()))
        .is_some_and(|word| TO_WRITE.contains(&word.as_str()))
}

fn named_section(message: &str) -> Option<Section> {
    let plain = |text: &str| text.to_lowercase().replace('&', "and");
    let message = plain(message);
    let named = |section: &&Section| message.contains(&plain(section.as_str()));
    Section::ALL.iter().find(named).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_asked_for_by_its_verb() {
        for message in [
            "Write the budget narrative",
            "Please draft it for the Maple Fund.",
            "Could you write our evaluation plan?",
            "Now, compose that",
        ] {
            assert!(asks_for_a_text(message), "{message}");
        }
        for message in [
            "Who can write grants?",
            "How many children learned to write?",
            "Drafting",
            "",
        ] {
            assert!(!asks_for_a_text(message), "{message}");
        }
    }

    #[test]
    fn a_section_is_named_as_people_write_it() {
        assert_eq!(
            named_section("write the impact and outcomes part"),
            Some(Section::ImpactAndOutcomes)
        );
        assert_eq!(
            named_section("Draft a Budget Narrative"),
            Some(Section::BudgetNarrative)
        );
        assert_eq!(named_section("Write something nice"), None);
    }
}
