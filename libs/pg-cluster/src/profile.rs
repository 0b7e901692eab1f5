//! Server settings for the two uses of a private cluster.

use std::fmt::Write as _;

/// What the cluster's data is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Real data: synced to disk, with checksums, modest in memory.
    Durable,
    /// Test data: as fast as possible, lost when the machine fails.
    Throwaway,
}

/// Nothing that a site would tune: the socket's protection, one time zone
/// everywhere, and a log without row contents (error details quote them).
const COMMON: [(&str, &str); 8] = [
    ("unix_socket_permissions", "0700"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] %d "),
    ("log_error_verbosity", "terse"),
    ("log_checkpoints", "off"),
    ("dynamic_shared_memory_type", "posix"),
    // initdb was once told this name in a way that parallel workers choke on.
    ("default_text_search_config", "pg_catalog.english"),
];

const DURABLE: [(&str, &str); 5] = [
    ("shared_buffers", "128MB"),
    ("max_connections", "100"),
    ("max_wal_size", "512MB"),
    ("min_wal_size", "64MB"),
    ("log_min_error_statement", "panic"),
];

const THROWAWAY: [(&str, &str); 17] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("wal_init_zero", "off"),
    ("wal_recycle", "off"),
    ("max_wal_size", "256MB"),
    ("min_wal_size", "32MB"),
    ("checkpoint_timeout", "1h"),
    ("autovacuum", "off"),
    ("bgwriter_lru_maxpages", "0"),
    ("jit", "off"),
    ("shared_buffers", "128MB"),
    ("max_connections", "200"),
    ("max_locks_per_transaction", "256"),
    ("log_min_error_statement", "error"),
];

impl Profile {
    /// The settings as lines of a configuration file, `extra` last so that it wins.
    pub(crate) fn configuration(self, extra: &[(String, String)]) -> String {
        let own: &[(&str, &str)] = match self {
            Self::Durable => &DURABLE,
            Self::Throwaway => &THROWAWAY,
        };
        let fixed = COMMON.iter().chain(own).copied();
        let extra = extra
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut text = String::from("# Written anew at each start: put your own in local.conf.\n");
        for (name, value) in fixed.chain(extra) {
            let value = value.replace('\'', "''");
            let _ = writeln!(text, "{name} = '{value}'");
        }
        text
    }

    /// What `initdb` is told beyond the common part.
    pub(crate) fn initdb_flag(self) -> &'static str {
        match self {
            Self::Durable => "--data-checksums",
            Self::Throwaway => "--no-sync",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_settings_come_last_and_are_quoted() {
        let extra = [("application_name".to_owned(), "it's".to_owned())];
        let text = Profile::Throwaway.configuration(&extra);
        assert!(text.contains("fsync = 'off'\n"), "{text}");
        assert!(text.ends_with("application_name = 'it''s'\n"), "{text}");
    }

    #[test]
    fn real_data_is_never_unsynced() {
        let text = Profile::Durable.configuration(&[]);
        for unsafe_setting in [
            "fsync",
            "full_page_writes",
            "synchronous_commit",
            "autovacuum",
        ] {
            assert!(!text.contains(unsafe_setting), "{text}");
        }
    }
}
