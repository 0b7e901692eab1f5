//! The built-in provider: a draft made of the archive's own sentences.
//!
//! Every word of it stands in a source. Nothing is rephrased and no connecting
//! words are added: sentences are chosen, ordered by the section's elements
//! and joined to paragraphs, each with the markers of the passages that hold
//! it. An element about which the sources have no good sentence is left out,
//! and [`crate::review`] names it as missing.
//!
//! The road: [`candidate`] reads the sentences that may be lifted out of their
//! passage, [`stale`] drops what newer sources outdate, [`duplicate`] keeps one of those that say the same, [`score`] says
//! how well each fits each element, [`select`] chooses within the word limit,
//! [`paragraph`] puts them into order.

mod addressee;
pub(crate) mod answer;
mod candidate;
mod duplicate;
mod leaning;
mod paragraph;
mod preference;
mod prose;
pub(crate) mod question;
mod role;
mod score;
mod select;
mod stale;
mod standing;

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use crate::cues::Cues;
use crate::ground::Passage;
use crate::{Chunk, DraftRequest, Provider, ProviderError, Source, citation};
use paragraph::Paragraph;

/// The built-in provider. It needs no network, and the same request over the
/// same sources gives the same draft.
///
/// Audience and tone only tip the scales between sentences that fit equally
/// well: figures and compliance for federal readers, people and short
/// sentences for donors and the public. Custom instructions and temperature change nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Composer;

impl Provider for Composer {
    fn name(&self) -> &'static str {
        "built-in composer"
    }

    fn disclosure(&self) -> &'static str {
        "Composed from your documents; no language model configured."
    }

    /// Streams sentence by sentence. The draft is made before this returns,
    /// which takes 30 to 90 ms for a dozen passages in an unoptimised build.
    fn stream(
        &self,
        request: DraftRequest,
        sources: Arc<[Source]>,
    ) -> BoxStream<'static, Result<Chunk, ProviderError>> {
        let chunks = match compose(&request, &sources) {
            Ok(paragraphs) => written(&paragraphs, request.include_citations),
            Err(error) => vec![Err(error)],
        };
        stream::iter(chunks).boxed()
    }
}

fn compose(request: &DraftRequest, sources: &[Source]) -> Result<Vec<Paragraph>, ProviderError> {
    if sources.is_empty() {
        return Err(ProviderError::NoSources);
    }
    let passages: Vec<Passage<'_>> = sources.iter().map(Passage::read).collect();
    let candidates = stale::current(candidate::candidates(&passages), sources);
    let candidates = duplicate::merged(candidates, &passages);
    let scores = score::scores(request, sources, &candidates);
    let chosen = select::select(&candidates, &scores, request.max_words)?;
    let elements = Cues::of(request.section);
    Ok(paragraph::paragraphs(
        sources,
        &candidates,
        &chosen,
        elements,
    ))
}

/// The draft in chunks: one for each sentence, with the blank or the empty line
/// before it, then the end.
fn written(paragraphs: &[Paragraph], cite: bool) -> Vec<Result<Chunk, ProviderError>> {
    let mut chunks = Vec::new();
    for (index, paragraph) in paragraphs.iter().enumerate() {
        for (place, sentence) in paragraph.sentences.iter().enumerate() {
            let before = match (index, place) {
                (0, 0) => "",
                (_, 0) => "\n\n",
                _ => " ",
            };
            let numbers: &[u32] = if cite { &sentence.numbers } else { &[] };
            let text = citation::attach(&sentence.text, numbers);
            chunks.push(Ok(Chunk::Text(format!("{before}{text}"))));
        }
    }
    chunks.push(Ok(Chunk::Done {
        input_tokens: 0,
        output_tokens: 0,
    }));
    chunks
}

#[cfg(test)]
mod tests;
