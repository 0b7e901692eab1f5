//! Every closed set of values, each declared once.
//!
//! A declaration names the variants and their labels in order. Serde, sqlx,
//! parsing, display, OpenAPI and the schema check (`archivist db verify`) all
//! come from it; the only other list of labels is in the migrations, and a test
//! compares the two.

/// How PostgreSQL keeps a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// A native ENUM type of this name.
    Native(&'static str),
    /// A text column with a CHECK constraint of this name.
    Check(&'static str),
}

/// What the catalog must say about one enum: compared in both directions by the
/// store's schema contract, order included for native types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnumContract {
    /// The Rust type.
    pub rust_name: &'static str,
    /// Native type or CHECK constraint.
    pub storage: Storage,
    /// The column that holds it, as `table.column`.
    pub column: &'static str,
    /// Labels in declaration order.
    pub labels: &'static [&'static str],
}

/// A text that is none of an enum's labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not a valid {what}: use one of {}", expected.join(", "))]
pub struct UnknownLabel {
    /// What was expected, in words (`document type`).
    pub what: &'static str,
    /// The text that was given.
    pub given: String,
    /// All labels that would have been accepted.
    pub expected: &'static [&'static str],
}

/// The parts that every closed set has, whatever keeps it.
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$variant_doc:meta])* $variant:ident = $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = concat!("`", $label, "`.")]
                $(#[$variant_doc])*
                #[serde(rename = $label)]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every label, in declaration order.
            pub const LABELS: &'static [&'static str] = &[$($label),+];

            /// The label: what the database, the API and the command line say.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        // Derived, the schema would have the variants' names: the label does not reach it
        // through a macro.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let one_of = utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .description(Some(concat!("Which ", $what, ".")))
                    .enum_values(Some(Self::LABELS.iter().copied()));
                one_of.into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownLabel;
            fn from_str(text: &str) -> Result<Self, UnknownLabel> {
                match text {
                    $($label => Ok(Self::$variant),)+
                    _ => Err(UnknownLabel { what: $what, given: text.to_owned(), expected: Self::LABELS }),
                }
            }
        }
    };
}

/// Sends and reads an enum as its label, under the given PostgreSQL type.
macro_rules! label_in_postgres {
    ($name:ident, $type_info:expr, $array_type_info:expr $(, or $compatible:expr)?) => {
        #[cfg(feature = "sqlx")]
        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                $type_info
            }
            $(fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
                $compatible(ty)
            })?
        }

        #[cfg(feature = "sqlx")]
        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                $array_type_info
            }
        }

        #[cfg(feature = "sqlx")]
        impl sqlx::Encode<'_, sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buf: &mut sqlx::postgres::PgArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <&str as sqlx::Encode<'_, sqlx::Postgres>>::encode(self.as_str(), buf)
            }
        }

        #[cfg(feature = "sqlx")]
        impl<'r> sqlx::Decode<'r, sqlx::Postgres> for $name {
            fn decode(
                value: sqlx::postgres::PgValueRef<'r>,
            ) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<'r, sqlx::Postgres>>::decode(value)?.parse()?)
            }
        }
    };
}

/// Closed sets that the database knows, with the table of their contracts.
macro_rules! database_enums {
    (
        native { $($(#[$ndoc:meta])* $n:ident ($nwhat:literal) as $ntype:literal in $ncol:literal {
            $($(#[$nvdoc:meta])* $nv:ident = $nlabel:literal,)+
        })+ }
        checked { $($(#[$cdoc:meta])* $c:ident ($cwhat:literal) by $ccheck:literal in $ccol:literal {
            $($(#[$cvdoc:meta])* $cv:ident = $clabel:literal,)+
        })+ }
    ) => {
        $(
            closed_set! { $(#[$ndoc])* $n, $nwhat, { $($(#[$nvdoc])* $nv = $nlabel,)+ } }
            label_in_postgres! {
                $n,
                sqlx::postgres::PgTypeInfo::with_name($ntype),
                sqlx::postgres::PgTypeInfo::array_of($ntype)
            }
        )+
        $(
            closed_set! { $(#[$cdoc])* $c, $cwhat, { $($(#[$cvdoc])* $cv = $clabel,)+ } }
            label_in_postgres! {
                $c,
                <str as sqlx::Type<sqlx::Postgres>>::type_info(),
                <&str as sqlx::postgres::PgHasArrayType>::array_type_info(),
                or <str as sqlx::Type<sqlx::Postgres>>::compatible
            }
        )+

        /// What the catalog must hold for each of them.
        pub const DATABASE_ENUMS: &[EnumContract] = &[
            $(EnumContract { rust_name: stringify!($n), storage: Storage::Native($ntype), column: $ncol, labels: $n::LABELS },)+
            $(EnumContract { rust_name: stringify!($c), storage: Storage::Check($ccheck), column: $ccol, labels: $c::LABELS },)+
        ];
    };
}

database_enums! {
    native {
        /// What a person may do; each role may do all that the ones before it may.
        UserRole ("role") as "userrole" in "users.role" {
            Writer = "writer",
            Editor = "editor",
            Admin = "admin",
        }
        /// What kind of text an output is.
        OutputType ("output type") as "outputtype" in "outputs.output_type" {
            GrantProposal = "grant_proposal",
            LetterOfInquiry = "letter_of_inquiry",
            GrantReport = "grant_report",
            BudgetNarrative = "budget_narrative",
            ProgramDescription = "program_description",
            ImpactSummary = "impact_summary",
            Other = "other",
        }
        /// Where an output stands on its way from draft to decision.
        OutputStatus ("output status") as "outputstatus" in "outputs.status" {
            Draft = "draft",
            Submitted = "submitted",
            Pending = "pending",
            Awarded = "awarded",
            NotAwarded = "not_awarded",
        }
        /// The register of a writing style.
        StyleType ("style register") as "styletype" in "writing_styles.style_type" {
            Narrative = "narrative",
            Technical = "technical",
            Persuasive = "persuasive",
            Academic = "academic",
            Other = "other",
        }
        /// What a passage names.
        EntityKind ("kind of entity") as "entitykind" in "passage_entities.kinds" {
            /// A person's name, without title.
            Person = "person",
            /// A county, city, state, country, river …
            Place = "place",
            /// A foundation, school, office, company …
            Organization = "organization",
            /// An amount of money with its sign or currency.
            Money = "money",
            /// A share in a hundred.
            Percent = "percent",
            /// A month, or more exactly a day, with or without its year.
            Date = "date",
        }
    }
    checked {
        /// What kind of document was put in.
        DocType ("document type") by "valid_doc_type" in "documents.doc_type" {
            GrantProposal = "Grant Proposal",
            AnnualReport = "Annual Report",
            ProgramDescription = "Program Description",
            ImpactReport = "Impact Report",
            StrategicPlan = "Strategic Plan",
            Other = "Other",
        }
        /// What became of a document that asked for money.
        Outcome ("outcome") by "valid_outcome" in "documents.outcome" {
            NotApplicable = "N/A",
            Funded = "Funded",
            NotFunded = "Not Funded",
            Pending = "Pending",
            FinalReport = "Final Report",
        }
        /// What is known of a document, and proposed from its content.
        DocumentField ("field of a document") by "document_proposals_field_known" in "document_proposals.field" {
            Title = "title",
            DocType = "doc_type",
            Year = "year",
            FiscalYear = "fiscal_year",
            Funder = "funder",
            RequestedAmount = "requested_amount",
            AwardedAmount = "awarded_amount",
            Outcome = "outcome",
            Programs = "programs",
        }
        /// How carefully a document must be handled.
        SensitivityLevel ("sensitivity level") by "valid_sensitivity_level" in "documents.sensitivity_level" {
            Low = "low",
            Medium = "medium",
            High = "high",
        }
        /// Which layer of a prompt a template belongs to.
        PromptCategory ("prompt category") by "valid_category" in "prompt_templates.category" {
            BrandVoice = "Brand Voice",
            Audience = "Audience-Specific",
            Section = "Section-Specific",
            General = "General",
        }
        /// Who said a message of a conversation.
        MessageRole ("message role") by "valid_role" in "messages.role" {
            User = "user",
            Assistant = "assistant",
        }
        /// What a writing style is for.
        StylePurpose ("style type") by "valid_style_type" in "writing_styles.type" {
            Grant = "grant",
            Proposal = "proposal",
            Report = "report",
            General = "general",
        }
        /// What a background job does.
        JobKind ("kind of job") by "jobs_kind_known" in "jobs.kind" {
            /// Taking a file in.
            Ingest = "ingest",
            /// Reading the pictures of pages of a document that is in.
            Ocr = "ocr",
        }
        /// How far a background job has come.
        JobState ("job state") by "jobs_state_known" in "jobs.state" {
            Queued = "queued",
            Running = "running",
            Done = "done",
            Failed = "failed",
            Cancelled = "cancelled",
        }
    }
}

closed_set! {
    /// Who said what stands in a field of a document.
    SaidBy, "who said it", {
        /// A person, for this document.
        Person = "person",
        /// A list or the rule for the folders of an import.
        List = "list",
        /// Nobody yet: it was found in the document.
        Proposal = "proposal",
    }
}

closed_set! {
    /// How sure a proposal is, in a word.
    Sureness, "word for how sure it is", {
        Sure = "sure",
        Likely = "likely",
        Guess = "guess",
    }
}

closed_set! {
    /// Who a draft is written for.
    Audience, "audience", {
        FederalRfp = "Federal RFP",
        FoundationGrant = "Foundation Grant",
        CorporateSponsor = "Corporate Sponsor",
        IndividualDonor = "Individual Donor",
        GeneralPublic = "General Public",
    }
}

closed_set! {
    /// In which order the passages that a search finds stand.
    SearchOrder, "order", {
        /// The best first.
        Relevance = "relevance",
        /// Of the best hundred passages, those of the latest year first; without a year last.
        Newest = "newest",
        /// The same from the earliest year on.
        Oldest = "oldest",
        /// The same by the documents' titles.
        Title = "title",
    }
}

closed_set! {
    /// Which section of an application a draft is.
    Section, "section", {
        OrganizationalCapacity = "Organizational Capacity",
        ProgramDescription = "Program Description",
        ImpactAndOutcomes = "Impact & Outcomes",
        BudgetNarrative = "Budget Narrative",
        SustainabilityPlan = "Sustainability Plan",
        EvaluationPlan = "Evaluation Plan",
    }
}

impl Sureness {
    /// The word for a confidence from 0 to 1.
    pub fn of(confidence: f32) -> Self {
        match confidence {
            sure if sure >= 0.85 => Self::Sure,
            likely if likely >= 0.55 => Self::Likely,
            _ => Self::Guess,
        }
    }
}

impl DocumentField {
    /// The name in words for people (`Amount requested`).
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::DocType => "Type",
            Self::Year => "Year",
            Self::FiscalYear => "Fiscal year",
            Self::Funder => "Funder",
            Self::RequestedAmount => "Amount requested",
            Self::AwardedAmount => "Amount awarded",
            Self::Outcome => "Outcome",
            Self::Programs => "Programs",
        }
    }
}

impl OutputStatus {
    /// Whether the output has left the house: what the success formulas count.
    pub const fn is_submitted(self) -> bool {
        !matches!(self, Self::Draft)
    }

    /// Whether a funder has decided.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Awarded | Self::NotAwarded)
    }

    /// The label in words for people (`not awarded`).
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Pending => "pending",
            Self::Awarded => "awarded",
            Self::NotAwarded => "not awarded",
        }
    }
}

impl OutputType {
    /// The label in words for people (`Letter of inquiry`).
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::GrantProposal => "Grant proposal",
            Self::LetterOfInquiry => "Letter of inquiry",
            Self::GrantReport => "Grant report",
            Self::BudgetNarrative => "Budget narrative",
            Self::ProgramDescription => "Program description",
            Self::ImpactSummary => "Impact summary",
            Self::Other => "Other",
        }
    }
}

impl PromptCategory {
    /// The name on the wire of the API, which is not the label in the database.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::BrandVoice => "brand_voice",
            Self::Audience => "audience",
            Self::Section => "section",
            Self::General => "custom",
        }
    }

    /// The category with this name on the wire.
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.wire() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_survives_every_road() {
        for &status in OutputStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            let json = serde_json::to_string(&status).unwrap();
            assert_eq!(json, format!("\"{status}\""));
            assert_eq!(serde_json::from_str::<OutputStatus>(&json).unwrap(), status);
        }
    }

    #[test]
    fn d_41_categories_of_prompts_have_a_name_of_their_own_on_the_wire() {
        for &category in PromptCategory::ALL {
            assert_eq!(PromptCategory::from_wire(category.wire()), Some(category));
        }
        assert_eq!(PromptCategory::from_wire("General"), None);
    }

    #[test]
    fn a_variant_name_is_not_a_label() {
        let error = "Admin".parse::<UserRole>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "'Admin' is not a valid role: use one of writer, editor, admin"
        );
    }

    #[test]
    fn contracts_name_every_database_enum_once() {
        let mut columns: Vec<_> = DATABASE_ENUMS.iter().map(|e| e.column).collect();
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), DATABASE_ENUMS.len());
        let native = DATABASE_ENUMS
            .iter()
            .filter(|e| matches!(e.storage, Storage::Native(_)));
        assert_eq!(native.count(), 5);
    }

    #[test]
    fn both_older_orders_of_output_types_are_subsequences() {
        for old in [
            [
                "grant_proposal",
                "letter_of_inquiry",
                "grant_report",
                "other",
            ]
            .as_slice(),
            &[
                "grant_proposal",
                "budget_narrative",
                "program_description",
                "impact_summary",
                "other",
            ],
        ] {
            let mut labels = OutputType::LABELS.iter();
            assert!(old.iter().all(|label| labels.any(|l| l == label)));
        }
    }
}
