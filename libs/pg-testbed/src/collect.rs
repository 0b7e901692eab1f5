//! Which databases belong to nobody any more.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection, Row};
use tokio::time::sleep;

use crate::names::{Name, PREFIX, ident};

/// How long the database of a failed test is kept, in seconds.
pub(crate) const KEPT_FOR: i64 = 3600;

/// A template unused for this long (in seconds) goes.
const TEMPLATE_IDLE: i64 = 7 * 24 * 3600;

/// Of more templates than this, those unused for an hour go, oldest first.
const TEMPLATES: usize = 20;

/// Beginning of the comment of a kept database; the time it is kept until follows.
const KEPT: &str = "pg-testbed: kept until ";

/// Beginning of the comment of a template; the time of its last use follows.
const USED: &str = "pg-testbed: last used ";

/// A database of the testbed, as the server shows it. Times are seconds since
/// 1970 by the server's clock.
#[derive(Clone, Debug)]
struct Found {
    database: String,
    name: Name,
    finished: bool,
    /// Whether the lock in its name is held.
    owned: bool,
    comment: String,
}

impl Found {
    fn time(&self, beginning: &str) -> Option<i64> {
        self.comment.strip_prefix(beginning)?.parse().ok()
    }

    fn is_garbage(&self, now: i64) -> bool {
        match (self.name, self.finished) {
            (Name::Template(_), true) => self
                .time(USED)
                .is_some_and(|used| used + TEMPLATE_IDLE < now),
            _ => !self.owned && self.time(KEPT).is_none_or(|until| until < now),
        }
    }
}

/// Those that can go.
fn garbage(found: &[Found], now: i64) -> Vec<&Found> {
    let (mut gone, rest): (Vec<_>, Vec<_>) = found.iter().partition(|one| one.is_garbage(now));
    let mut templates: Vec<_> = rest.into_iter().filter(|one| one.finished).collect();
    templates.sort_by_key(|template| std::cmp::Reverse(template.time(USED)));
    let crowd = templates.into_iter().skip(TEMPLATES);
    gone.extend(crowd.filter(|one| one.time(USED).is_some_and(|used| used + 3600 < now)));
    gone
}

/// Drops what belongs to nobody. If another process is at it, or is quicker
/// with one of them, so much the better.
pub(crate) async fn collect(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let (found, now) = look(connection).await?;
    for one in garbage(&found, now) {
        let _ = drop_database(connection, &one.database, one.finished).await;
    }
    Ok(())
}

/// Lists the testbed's databases. The locks are looked at after the snapshot
/// of the databases was taken, and owners lock first and create then: a
/// database without an owner here has lost it.
async fn look(connection: &mut PgConnection) -> Result<(Vec<Found>, i64), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT datname::text AS database, datistemplate AS finished,
                coalesce(shobj_description(oid, 'pg_database'), '') AS comment,
                extract(epoch FROM now())::bigint AS now,
                ARRAY(SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
                       WHERE locktype = 'advisory' AND objsubid = 1 AND granted) AS held
           FROM pg_database WHERE starts_with(datname::text, $1)",
    );
    let rows = rows.bind(PREFIX).fetch_all(connection).await?;
    let mut found = Vec::new();
    for row in &rows {
        let database: String = row.try_get("database")?;
        let held: Vec<i64> = row.try_get("held")?;
        let Some(name) = Name::parse(&database) else {
            continue;
        };
        let owned = held.contains(&name.lock());
        let (finished, comment) = (row.try_get("finished")?, row.try_get("comment")?);
        found.push(Found {
            database,
            name,
            finished,
            owned,
            comment,
        });
    }
    let now = rows.first().map_or(Ok(0), |row| row.try_get("now"))?;
    Ok((found, now))
}

/// Drops a database together with its sessions.
pub(crate) async fn drop_database(
    connection: &mut PgConnection,
    database: &str,
    is_template: bool,
) -> Result<(), sqlx::Error> {
    end_sessions(connection, database).await?;
    let database = ident(database);
    if is_template {
        run(
            connection,
            format!("ALTER DATABASE {database} WITH IS_TEMPLATE false"),
        )
        .await?;
    }
    run(
        connection,
        format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"),
    )
    .await
}

/// Ends the sessions in a database and waits a little until they are gone:
/// where DROP DATABASE and CREATE DATABASE meet one that is just leaving, they
/// sleep for 100 ms before they look again. Autovacuum is left to them: only a
/// superuser may end it.
pub(crate) async fn end_sessions(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), sqlx::Error> {
    for _ in 0..50 {
        let end = sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = $1 AND backend_type = 'client backend'",
        );
        if end
            .bind(database)
            .fetch_all(&mut *connection)
            .await?
            .is_empty()
        {
            break;
        }
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Marks a database as kept for [`KEPT_FOR`] seconds, whoever owns it.
pub(crate) async fn keep(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    note_time(connection, name, KEPT, KEPT_FOR).await
}

/// Notes that a template is used now.
pub(crate) async fn used(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    note_time(connection, name, USED, 0).await
}

/// Seconds since a template's last use that the comment tells of.
pub(crate) fn idle(comment: &str, now: i64) -> i64 {
    let used = comment
        .strip_prefix(USED)
        .and_then(|time| time.parse().ok());
    used.map_or(i64::MAX, |used: i64| now - used)
}

async fn note_time(
    connection: &mut PgConnection,
    database: &str,
    beginning: &str,
    from_now: i64,
) -> Result<(), sqlx::Error> {
    let now = sqlx::query_scalar::<_, i64>("SELECT extract(epoch FROM now())::bigint");
    let time = now.fetch_one(&mut *connection).await? + from_now;
    run(
        connection,
        format!(
            "COMMENT ON DATABASE {} IS '{beginning}{time}'",
            ident(database)
        ),
    )
    .await
}

/// Runs a statement whose names are quoted.
pub(crate) async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names;

    const NOW: i64 = 1_800_000_000;

    fn found(database: String, finished: bool, owned: bool, comment: String) -> Found {
        let name = Name::parse(&database).unwrap();
        Found {
            database,
            name,
            finished,
            owned,
            comment,
        }
    }

    fn scratch(owned: bool, comment: &str) -> Found {
        found(names::scratch(5, 1), false, owned, comment.to_owned())
    }

    fn template(label: &str, used: i64) -> Found {
        found(
            names::template(label, b"", 0),
            true,
            false,
            format!("{USED}{used}"),
        )
    }

    #[test]
    fn scratch_databases_go_with_their_owner_unless_kept() {
        let kept = |until: i64| format!("{KEPT}{until}");
        assert!(scratch(false, "").is_garbage(NOW));
        assert!(!scratch(true, "").is_garbage(NOW));
        assert!(!scratch(false, &kept(NOW + 1)).is_garbage(NOW));
        assert!(scratch(false, &kept(NOW - 1)).is_garbage(NOW));
        assert!(!scratch(true, &kept(NOW - 1)).is_garbage(NOW));
    }

    #[test]
    fn templates_go_when_unused_or_half_made() {
        assert!(!template("fresh", NOW - 3600).is_garbage(NOW));
        assert!(template("old", NOW - TEMPLATE_IDLE - 1).is_garbage(NOW));
        let half_made = |owned| found(names::template("x", b"", 0), false, owned, String::new());
        assert!(half_made(false).is_garbage(NOW));
        assert!(!half_made(true).is_garbage(NOW));
    }

    #[test]
    fn a_crowd_of_templates_loses_its_oldest() {
        let ages = (0..25).map(|hours| template(&hours.to_string(), NOW - hours * 3600));
        let crowd: Vec<Found> = ages.collect();
        let gone: Vec<i64> = garbage(&crowd, NOW)
            .iter()
            .filter_map(|one| one.time(USED))
            .collect();
        assert_eq!(gone, [20, 21, 22, 23, 24].map(|hours| NOW - hours * 3600));
    }
}
