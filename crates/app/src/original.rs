//! Settings under the names that the original program read, so that a site's
//! environment goes on working; and which of them have no effect any more.

use std::env;

use clap::{Command, CommandFactory, FromArgMatches};

use crate::config::Cli;

/// A setting that has another name now.
struct Renamed {
    /// Its argument, of the program or of `serve`.
    argument: &'static str,
    /// Its variables; where one of them is set, the old name is not looked at.
    now: &'static [&'static str],
    /// What it was called.
    before: &'static str,
}

const RENAMED: [Renamed; 4] = [
    Renamed {
        argument: "secret_key",
        now: &["ARCHIVIST_SECRET_KEY", "ARCHIVIST_SECRET_KEY_FILE"],
        before: "SECRET_KEY",
    },
    Renamed {
        argument: "session_timeout_minutes",
        now: &["ARCHIVIST_SESSION_TIMEOUT_MINUTES"],
        before: "SESSION_TIMEOUT_MINUTES",
    },
    Renamed {
        argument: "cors_origins",
        now: &["ARCHIVIST_CORS_ORIGINS"],
        before: "CORS_ORIGINS",
    },
    Renamed {
        argument: "max_file_size_mb",
        now: &["ARCHIVIST_MAX_FILE_SIZE_MB"],
        before: "MAX_FILE_SIZE_MB",
    },
];

/// What the original read, or only claimed to read, and nobody reads now.
const WITHOUT_EFFECT: &[&str] = &[
    "ALLOWED_EXTENSIONS",
    "ALLOWED_FILE_EXTENSIONS",
    "ANTHROPIC_API_KEY",
    "AUTO_SAVE_INTERVAL",
    "BACKEND_HOST",
    "BACKEND_PORT",
    "BACKEND_URL",
    "CACHE_MAX_SIZE",
    "CHUNK_OVERLAP",
    "CHUNK_SIZE",
    "CLAUDE_MAX_RETRIES",
    "CLAUDE_MAX_TOKENS",
    "CLAUDE_MODEL",
    "CLAUDE_RETRY_DELAY_SECONDS",
    "CLAUDE_TEMPERATURE",
    "CLAUDE_TIMEOUT_SECONDS",
    "CONTEXT_BUFFER_TOKENS",
    "CORS_ALLOWED_ORIGINS",
    "DEBUG",
    "DEFAULT_RECENCY_WEIGHT",
    "DEFAULT_TOP_K",
    "DISABLE_AUTO_MIGRATIONS",
    "DOCUMENTS_DIR",
    "EMBEDDING_CACHE_TTL",
    "EMBEDDING_DIMENSIONS",
    "EMBEDDING_MODEL",
    "EMBEDDING_PROVIDER",
    "ENABLE_API_DOCS",
    "ENABLE_AUTH",
    "ENABLE_AUTO_SAVE",
    "ENABLE_CACHE",
    "ENABLE_HALLUCINATION_DETECTION",
    "ENABLE_HOT_RELOAD",
    "ENABLE_METRICS",
    "ENABLE_QUALITY_VALIDATION",
    "ENABLE_REQUEST_LOGGING",
    "ENABLE_RERANKING",
    "ENABLE_STREAMING",
    "ENVIRONMENT",
    "FRONTEND_HOST",
    "FRONTEND_PORT",
    "KEYWORD_SEARCH_WEIGHT",
    "LOG_BACKUP_COUNT",
    "LOG_FILE",
    "LOG_LEVEL",
    "LOG_MAX_BYTES",
    "LOG_ROTATION_BACKUP_COUNT",
    "LOG_ROTATION_ENABLED",
    "LOG_ROTATION_INTERVAL",
    "LOG_ROTATION_WHEN",
    "MAX_BATCH_UPLOAD",
    "MAX_CHUNK_SIZE",
    "MAX_CONTEXT_TOKENS",
    "MAX_TOP_K",
    "MIGRATION_RETRY_ATTEMPTS",
    "MIGRATION_RETRY_DELAY_SECONDS",
    "MIGRATION_TIMEOUT_SECONDS",
    "MIN_CHUNK_SIZE",
    "MIN_SIMILARITY_THRESHOLD",
    "MOCK_MODE",
    "OPENAI_API_KEY",
    "QDRANT_API_KEY",
    "QDRANT_COLLECTION_NAME",
    "QDRANT_GRPC_PORT",
    "QDRANT_HOST",
    "QDRANT_PORT",
    "QUERY_CACHE_TTL",
    "RATE_LIMIT_CLEANUP_INTERVAL_HOURS",
    "RECENCY_WEIGHT",
    "RERANKER_MODEL",
    "RERANKER_TOP_N",
    "RESPONSE_CACHE_TTL",
    "SENTRY_DSN",
    "TOP_K",
    "UPLOAD_DIR",
    "VECTOR_SEARCH_WEIGHT",
    "VOYAGE_API_KEY",
];

/// Reads the command line and the environment; ends the program with a message when
/// they cannot be understood.
pub(crate) fn parse() -> Cli {
    let command = with_old_names(Cli::command(), is_set);
    let mut matches = command.get_matches();
    Cli::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit())
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Lets a setting be read from its old name where only that is set.
fn with_old_names(command: Command, is_set: impl Fn(&str) -> bool) -> Command {
    let old_only = |it: &&Renamed| is_set(it.before) && !it.now.iter().any(|name| is_set(name));
    RENAMED
        .iter()
        .filter(old_only)
        .fold(command, |command, it| {
            let of = |command: Command| command.mut_arg(it.argument, |arg| arg.env(it.before));
            let is_global = command
                .get_arguments()
                .any(|arg| arg.get_id() == it.argument);
            if is_global {
                of(command)
            } else {
                command.mut_subcommand("serve", of)
            }
        })
}

/// Those of the original's settings that are set in vain, for a note at the start.
pub(crate) fn in_vain() -> Vec<&'static str> {
    let set = WITHOUT_EFFECT.iter().copied().filter(|name| is_set(name));
    set.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_old_name_has_an_argument() {
        let command = with_old_names(Cli::command(), |name| !name.starts_with("ARCHIVIST_"));
        let serve = command.find_subcommand("serve").unwrap();
        for it in &RENAMED {
            let mut arguments = command.get_arguments().chain(serve.get_arguments());
            let argument = arguments.find(|arg| arg.get_id() == it.argument).unwrap();
            assert_eq!(argument.get_env().unwrap(), it.before);
        }
    }

    #[test]
    fn the_new_name_comes_first() {
        let command = with_old_names(Cli::command(), |_| true);
        let serve = command.find_subcommand("serve").unwrap();
        let mut arguments = serve.get_arguments();
        let key = arguments.find(|arg| arg.get_id() == "secret_key").unwrap();
        assert_eq!(key.get_env().unwrap(), "ARCHIVIST_SECRET_KEY");
    }
}
