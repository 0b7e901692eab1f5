//! What a URL says besides where the database is.

use pg_testbed::{BoxError, TestbedError};
use url::Url;

/// After how many seconds a server counts as silent, unless the URL has another
/// `connect_timeout`.
const PATIENCE: u64 = 10;

/// Parameters of a URL that nobody is to see.
const SECRETS: [&str; 2] = ["password", "sslpassword"];

/// Why a URL is none.
pub(crate) fn not_understood(error: TestbedError) -> BoxError {
    match error {
        TestbedError::BadUrl { reason } => format!(
            "one side is not a PostgreSQL URL ({reason}); it should look like \
             postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        )
        .into(),
        error => error.into(),
    }
}

/// How many seconds to wait for a connection, as libpq's programs have it.
pub(crate) fn patience(url: &str) -> u64 {
    let url = Url::parse(url).ok();
    let pairs = url.iter().flat_map(Url::query_pairs);
    let mut told = pairs.filter(|(name, _)| name == "connect_timeout");
    told.find_map(|(_, value)| value.parse().ok())
        .unwrap_or(PATIENCE)
}

/// A URL without its password; anything else as it is.
pub(crate) fn without_password(word: &str) -> String {
    let Ok(mut url) = Url::parse(word) else {
        let may_have_one = word.contains("://");
        return if may_have_one { "(a database)" } else { word }.to_owned();
    };
    let is_open = |(name, _): &(String, String)| !SECRETS.contains(&name.as_str());
    let open: Vec<_> = url.query_pairs().into_owned().filter(is_open).collect();
    // It only fails for URLs without a host, which have no password there.
    let _ = url.set_password(None);
    if url.query().is_some() {
        url.query_pairs_mut().clear().extend_pairs(open);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            (
                "postgresql+asyncpg://ana:s3@h:1/db",
                "postgresql+asyncpg://ana@h:1/db",
            ),
            (
                "postgres:///db?host=%2Ftmp&password=s3",
                "postgres:///db?host=%2Ftmp",
            ),
            ("postgresql+a b://ana:s3@h/db", "(a database)"),
            ("schema.txt", "schema.txt"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn a_url_may_say_how_long_to_wait() {
        for (url, seconds) in [
            ("postgres://h/db", PATIENCE),
            ("postgres://h/db?connect_timeout=3", 3),
            ("postgres://h/db?connect_timeout=soon", PATIENCE),
        ] {
            assert_eq!(patience(url), seconds, "{url}");
        }
    }
}
