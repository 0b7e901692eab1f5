//! Lexical and vector index, hybrid ranking, and reasons for every hit.
//!
//! Everything lives in memory and is derived: [`Index`] is fed with whole
//! documents, answers [`SearchRequest`]s, and saves itself so that a restart is
//! quick. It knows neither the database nor the network.
//!
//! Two voices find passages: BM25 over stemmed words (`lexical`) and the cosine
//! of vectors that are learned from the archive itself (`embed`, `vectors`).
//! Their scores are fused (`fuse`), weighed by signals that can be named
//! (`rank`), and every [`Hit`] says why it is there (`explain`).

mod alike;
mod amounts;
mod archive;
mod audience;
mod change;
mod codec;
mod dictionary;
mod diverse;
mod embed;
mod entry;
pub mod evaluate;
mod explain;
mod facets;
mod feedback;
mod fiscal;
mod forms;
mod fuse;
mod given;
mod index;
mod language;
mod lexical;
mod named;
mod names;
mod order;
mod packed;
mod persist;
mod phrase;
mod prefix;
mod query;
mod random;
mod rank;
mod ranker;
mod records;
mod rows;
mod search;
mod sections;
mod shapes;
mod spelling;
mod spellings;
mod step_back;
mod survey;
mod synonyms;
mod text;
mod train;
mod typed;
mod vectors;
mod vocabulary;
mod wordings;

pub use change::{Change, Preparer};
pub use entry::{Candidate, Entry, Look, Word};
pub use given::{Coverage, PassageVector, Sample, Unread};
pub use index::{DenseState, Index};
pub use language::Language;
pub use persist::{LoadError, Snapshot};
pub use ranker::{Learned, Lesson, MIN_SEARCHES, Ranker};
pub use records::{
    Answer, DocumentRecord, FacetCounts, Facets, Filters, Hit, Mode, PassagePlace, PassageRecord,
    QueryVector, SearchRequest,
};
pub use survey::{Survey, Surveyor};
pub use synonyms::Synonyms;
pub use train::{Trained, TrainingSet};
pub use typed::{Hint, NotUnderstood, hints, names_meant};
