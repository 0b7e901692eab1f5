//! Identifiers: one newtype per entity, so that they cannot be mixed up.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = uuid::Uuid))]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A document: a file put in, with its metadata.
    DocumentId;
    /// A passage: a span of a document.
    PassageId;
    /// A program: a line of the organization's work.
    ProgramId;
    /// An output: a text written with the system.
    OutputId;
    /// A writing style.
    StyleId;
    /// A prompt template.
    PromptId;
    /// A conversation.
    ConversationId;
    /// A message of a conversation.
    MessageId;
    /// A user.
    UserId;
    /// A signed-in session.
    SessionId;
    /// A background job.
    JobId;
    /// A group of wordings that stand for each other.
    SynonymId;
    /// A passage that is kept on top of a search.
    PinId;
    /// What one survey of the library made for a search engine outside of the process.
    GenerationId;
    /// A search that a person comes back to.
    SavedSearchId;
}
