//! `/write`: the form for a draft; a script streams the draft from the API.

use archivist_domain::config::UserPreferences;
use archivist_domain::{Audience, OutputType, Section};
use archivist_draft::section;
use archivist_store::settings;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::filter::Choices;
use super::page;
use super::shell::{Place, Shell};
use super::visitor::PageWriter;
use crate::error::Error;
use crate::state::AppState;

/// Suggestions only: any word will do.
const TONES: &[&str] = &[
    "Professional",
    "Formal",
    "Warm",
    "Confident",
    "Plain",
    "Persuasive",
];

#[derive(Template)]
#[template(path = "pages/write.html")]
pub(super) struct WritePage {
    pub(super) shell: Shell,
    pub(super) is_editor: bool,
    /// Documents in the library.
    pub(super) documents: i64,
    pub(super) disclosure: String,
    pub(super) audiences: &'static [&'static str],
    pub(super) sections: Vec<SectionView>,
    pub(super) tones: &'static [&'static str],
    pub(super) types: &'static [OutputType],
    pub(super) choices: Choices,
    /// Where a new draft begins, as the site has set it.
    pub(super) first: UserPreferences,
}

impl WritePage {
    fn tone(&self) -> &str {
        self.first.default_tone.as_deref().unwrap_or(TONES[0])
    }

    fn is_first_audience(&self, label: &str) -> bool {
        self.first.default_audience.as_deref() == Some(label)
    }

    fn is_first_section(&self, name: &str) -> bool {
        self.first_section() == name
    }

    /// The one that is set, where there is such a section.
    fn first_section(&self) -> &str {
        let set = self.first.default_section.as_deref();
        let known = set.filter(|name| Section::LABELS.contains(name));
        known.unwrap_or(Section::LABELS[0])
    }
}

/// A section with what it must speak of.
pub(super) struct SectionView {
    pub(super) name: &'static str,
    pub(super) elements: Vec<&'static str>,
}

/// The page.
pub(super) async fn show(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
) -> Result<Response, Error> {
    let figures = state.documents.figures(&state.pool, false).await?;
    page(&WritePage {
        shell: visitor.shell(Place::Write),
        is_editor: visitor.is_editor(),
        documents: figures.documents,
        disclosure: state.provider.disclosure().to_owned(),
        audiences: Audience::LABELS,
        sections: sections(),
        tones: TONES,
        types: OutputType::ALL,
        choices: Choices::load(&state.pool, &figures).await?,
        first: settings::read(&state.pool).await?.user_preferences,
    })
}

pub(super) fn sections() -> Vec<SectionView> {
    Section::ALL
        .iter()
        .map(|&section| SectionView {
            name: section.as_str(),
            elements: section::elements(section).iter().map(|e| e.name).collect(),
        })
        .collect()
}
