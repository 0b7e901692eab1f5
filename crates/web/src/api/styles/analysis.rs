//! What a style is made of, told from samples of it.

use std::time::Instant;

use archivist_domain::StylePurpose;
use archivist_draft::style::{self, Aspects, SampleStats};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{AnalyzeStyle, Samples};
use crate::api::refusals::{ForHigherRoles, WithFields};
use crate::auth::Editor;
use crate::error::Error;
use crate::extract::Json;
use crate::state::AppState;

/// What was found; each key is always there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "success": true,
    "style_prompt": "# Style guide: Letters to foundations …",
    "style_name": "Letters to foundations",
    "style_type": "grant",
    "analysis_metadata": {
        "vocabulary": true, "sentence_structure": true, "thought_composition": true,
        "paragraph_structure": true, "transitions": true, "tone": true, "perspective": true,
        "data_integration": true, "sections_analyzed": 8
    },
    "sample_stats": {
        "sample_count": 4, "total_words": 2410, "avg_words_per_sample": 602.5,
        "min_words": 410, "max_words": 902, "word_counts": [410, 902, 540, 558]
    },
    "word_count": 1720,
    "generation_time": 0.021,
    "tokens_used": 0,
    "model": "built-in style analyser",
    "warnings": [],
    "errors": []
}))]
pub(super) struct StyleAnalysisResponse {
    /// Whether there is a guide.
    success: bool,
    /// The guide, in Markdown; null where there is none.
    style_prompt: Option<String>,
    /// The name, as it was given.
    style_name: Option<String>,
    /// What the style is for, in lower case.
    style_type: StylePurpose,
    /// Which of the eight aspects the guide speaks of.
    analysis_metadata: Option<AnalysisMetadata>,
    /// How long the samples are.
    sample_stats: SampleStatsReply,
    /// The words of the guide; null where there is none.
    word_count: Option<usize>,
    /// How long it took, in seconds.
    generation_time: f64,
    /// Always 0: no language model is asked.
    #[schema(example = 0)]
    tokens_used: u32,
    /// What wrote the guide.
    model: &'static str,
    /// What makes the guide less sure than it could be.
    warnings: Vec<String>,
    /// Why there is no guide.
    errors: Vec<String>,
}

/// Which aspects the guide speaks of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StyleAnalysisMetadata)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the fields that clients know"
)]
struct AnalysisMetadata {
    /// Words.
    vocabulary: bool,
    /// Sentences.
    sentence_structure: bool,
    /// The order of thoughts.
    thought_composition: bool,
    /// Paragraphs.
    paragraph_structure: bool,
    /// Linking words.
    transitions: bool,
    /// Tone.
    tone: bool,
    /// Who speaks, and to whom.
    perspective: bool,
    /// Figures and evidence.
    data_integration: bool,
    /// How many of the eight are true.
    sections_analyzed: usize,
}

impl From<Aspects> for AnalysisMetadata {
    fn from(aspects: Aspects) -> Self {
        Self {
            vocabulary: aspects.vocabulary,
            sentence_structure: aspects.sentence_structure,
            thought_composition: aspects.thought_composition,
            paragraph_structure: aspects.paragraph_structure,
            transitions: aspects.transitions,
            tone: aspects.tone,
            perspective: aspects.perspective,
            data_integration: aspects.data_integration,
            sections_analyzed: aspects.count(),
        }
    }
}

/// How long the samples are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StyleSampleStats)]
struct SampleStatsReply {
    /// How many they are.
    sample_count: usize,
    /// Words of all of them.
    total_words: usize,
    /// Words of each on average, with one decimal.
    avg_words_per_sample: f64,
    /// Words of the shortest.
    min_words: usize,
    /// Words of the longest.
    max_words: usize,
    /// Words of each, in their order.
    word_counts: Vec<usize>,
}

impl From<SampleStats> for SampleStatsReply {
    fn from(stats: SampleStats) -> Self {
        Self {
            sample_count: stats.word_counts.len(),
            total_words: stats.total(),
            avg_words_per_sample: stats.average(),
            min_words: stats.least(),
            max_words: stats.most(),
            word_counts: stats.word_counts,
        }
    }
}

/// Describes the style of samples.
///
/// The built-in analyser measures the samples and writes a guide of eight aspects from
/// what it finds; no language model is asked, and the same samples give the same guide.
/// Nothing is kept: `POST /api/writing-styles` keeps a guide.
///
/// Samples that are long enough, but hold nothing to measure (tables and lists without
/// sentences, another language than English), are no fault of the request: the answer is
/// 200 with `success: false`, no guide, and the reason in `errors`.
#[utoipa::path(post, path = "/api/writing-styles/analyze", operation_id = "analyze_writing_style", tag = "writing styles", request_body = AnalyzeStyle, responses(
    (status = 200, description = "What was found; `success` says whether there is a guide", body = StyleAnalysisResponse),
    WithFields,
    ForHigherRoles,
))]
pub(super) async fn analyze(
    State(state): State<AppState>,
    _: Editor,
    Json(body): Json<AnalyzeStyle>,
) -> Result<Json<StyleAnalysisResponse>, Error> {
    let samples = body.check()?;
    let start = Instant::now();
    let reply = state.cpu.run(move || reply(samples)).await;
    Ok(Json(StyleAnalysisResponse {
        generation_time: start.elapsed().as_secs_f64(),
        ..reply
    }))
}

fn reply(samples: Samples) -> StyleAnalysisResponse {
    let Samples {
        texts,
        purpose,
        name,
    } = samples;
    let stats = SampleStats::of(&texts);
    let mut warnings = stats.warnings();
    let (guide, errors) = match style::analyse(&texts, purpose, name.as_deref()) {
        Ok(guide) => (Some(guide), Vec::new()),
        Err(error) => (None, vec![error.to_string()]),
    };
    warnings.extend(guide.iter().flat_map(|guide| guide.warnings.clone()));
    StyleAnalysisResponse {
        success: guide.is_some(),
        style_name: name,
        style_type: purpose,
        analysis_metadata: guide.as_ref().map(|guide| guide.aspects().into()),
        sample_stats: stats.into(),
        word_count: guide.as_ref().map(style::Guide::words),
        style_prompt: guide.map(|guide| guide.text),
        generation_time: 0.0,
        tokens_used: 0,
        model: style::NAME,
        warnings,
        errors,
    }
}
