//! A survey as bytes, so that all processes of a site share one.

use std::sync::Arc;

use crate::codec::{Reader, Unreadable, Writer};
use crate::language;
use crate::persist::{LoadError, read_model, read_spellings, write_model, write_spellings};
use crate::survey::Survey;
use crate::vocabulary::Vocabulary;

/// Raised whenever the layout, the analysis of text or the weights of fields change: the
/// archive is then surveyed anew.
const VERSION: u32 = 9;

impl Survey {
    /// The survey as bytes, which [`Survey::decode`] reads.
    #[expect(clippy::missing_panics_doc, reason = "memory takes all bytes")]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut to = Writer::new(&mut bytes);
        to.number(VERSION);
        for &documents in &self.by_language {
            to.count(documents);
        }
        to.count(self.words.passages);
        to.number(self.words.total_length);
        to.all(self.words.holders.iter(), |to, (term, &holders)| {
            to.text(term);
            to.number(holders);
        });
        write_spellings(&mut to, &self.words.spellings);
        to.option(self.model.as_deref(), write_model);
        to.finish().expect("memory takes all bytes");
        bytes
    }

    /// Reads a survey back.
    pub fn decode(bytes: &[u8]) -> Result<Self, LoadError> {
        let mut from = Reader::of_bytes(bytes);
        let found: u32 = from.number()?;
        if found != VERSION {
            return Err(LoadError::OtherVersion { found });
        }
        let survey = read(&mut from)?;
        if !from.is_at_end() {
            return Err(LoadError::Corrupt("there are bytes after its end"));
        }
        Ok(survey)
    }
}

fn read(from: &mut Reader<'_>) -> Result<Survey, Unreadable> {
    let mut by_language = [0; language::COUNT];
    for documents in &mut by_language {
        *documents = from.size()?;
    }
    let words = read_words(from)?;
    let model = from.option(read_model)?;
    Ok(Survey {
        words: Arc::new(words),
        model: model.map(Arc::new),
        by_language,
    })
}

fn read_words(from: &mut Reader<'_>) -> Result<Vocabulary, Unreadable> {
    let passages = from.size()?;
    let total_length = from.number()?;
    let holders = from.all(|from| Ok((from.text()?.into(), from.number()?)))?;
    Ok(Vocabulary {
        passages,
        total_length,
        holders: holders.into_iter().collect(),
        spellings: read_spellings(from)?,
    })
}
