//! Pure rules of Org Archivist: ids, enums, permissions, the life cycle of an
//! output, the formulas of success.
//!
//! Nothing here does I/O or reads the clock: what depends on today's date takes
//! it as an argument.

pub mod calendar;
pub mod config;
pub mod count;
pub mod document;
pub mod email;
pub mod enums;
pub mod figures;
pub mod ids;
pub mod money;
pub mod output;
pub mod password;
pub mod permission;
pub mod sentences;
pub mod success;

pub use enums::{
    Audience, DocType, DocumentField, EntityKind, JobKind, JobState, MessageRole, Outcome,
    OutputStatus, OutputType, PromptCategory, SaidBy, SearchOrder, Section, SensitivityLevel,
    StylePurpose, StyleType, Sureness, UserRole,
};
pub use ids::{
    ConversationId, DocumentId, GenerationId, JobId, MessageId, OutputId, PassageId, PinId,
    ProgramId, PromptId, SavedSearchId, SessionId, StyleId, SynonymId, UserId,
};
