//! Which databases belong to nobody any more.

use std::collections::{HashMap, HashSet};
use std::mem::{Discriminant, discriminant};

use sqlx::PgConnection;

use crate::database::drop_database;
use crate::files::Files;
use crate::found::{Found, held, look};
use crate::names::Name;
use crate::note::Note;

/// A template unused for this long (in seconds) goes.
const TEMPLATE_IDLE: i64 = 7 * 24 * 3600;

/// Of more templates than this, those unused for an hour go, oldest first.
const TEMPLATES: usize = 20;

/// Of a template's spare clones, and of its pooled databases without an owner,
/// as many as this stay for the next process.
pub(crate) const STOCK: usize = 8;

/// Drops what belongs to nobody, and tells how many databases that were. If
/// another process is at it, or is quicker with one of them, so much the better.
pub(crate) async fn collect(
    connection: &mut PgConnection,
    files: Option<&Files>,
) -> Result<usize, sqlx::Error> {
    if let Some(files) = files {
        remove_folders(connection, files).await?;
    }
    let (found, now) = look(connection).await?;
    drop_all(connection, garbage(&found, now)).await
}

/// Removes the folders of databases that killed processes were making new.
async fn remove_folders(connection: &mut PgConnection, files: &Files) -> Result<(), sqlx::Error> {
    // Listed before the locks are: their owners were there before them.
    let taken = files.taken()?;
    if taken.is_empty() {
        return Ok(());
    }
    Files::clear(&taken, &held(connection).await?);
    Ok(())
}

/// Drops what is only kept ready for the next process, templates aside.
pub(crate) async fn clear_stock(connection: &mut PgConnection) -> Result<usize, sqlx::Error> {
    let (found, now) = look(connection).await?;
    let stock = found.iter().filter(|one| one.is_stock());
    let idle: Vec<_> = garbage(&found, now).into_iter().chain(stock).collect();
    drop_all(connection, idle).await
}

/// Drops all that no process uses, templates too.
pub(crate) async fn clear_all(connection: &mut PgConnection) -> Result<usize, sqlx::Error> {
    let (found, _) = look(connection).await?;
    drop_all(connection, found.iter().filter(|one| !one.owned).collect()).await
}

/// Whether a failed test's database is there to be looked at.
pub(crate) async fn has_kept(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let (found, now) = look(connection).await?;
    let kept = |one: &Found| matches!(one.note, Some(Note::Kept { until, .. }) if until >= now);
    Ok(found.iter().any(kept))
}

/// Drops the oldest of the databases that failed tests have left, so that this many
/// remain. `latest` is one of them, and stays: others may be of the same second.
pub(crate) async fn thin_kept(
    connection: &mut PgConnection,
    remain: usize,
    latest: &str,
) -> Result<usize, sqlx::Error> {
    let (found, _) = look(connection).await?;
    drop_all(connection, crowding_kept(&found, remain, latest)).await
}

/// The oldest of too many kept databases. Their tests are over, though their
/// process may have others.
fn crowding_kept<'a>(found: &'a [Found], remain: usize, latest: &str) -> Vec<&'a Found> {
    let until = |one: &Found| match one.note {
        Some(Note::Kept { until, .. }) => Some(until),
        _ => None,
    };
    let mut kept: Vec<_> = found.iter().filter(|one| until(one).is_some()).collect();
    kept.sort_by_key(|one| std::cmp::Reverse((one.database == latest, until(one))));
    kept.into_iter().skip(remain).collect()
}

async fn drop_all(
    connection: &mut PgConnection,
    databases: Vec<&Found>,
) -> Result<usize, sqlx::Error> {
    let mut dropped = HashSet::new();
    for one in databases {
        let done = match one.name {
            Name::Template { builder } => drop_template(connection, one, builder).await,
            _ => drop_database(connection, &one.database, one.finished)
                .await
                .map(|()| true),
        };
        if done.unwrap_or(false) {
            dropped.insert(&one.database);
        }
    }
    Ok(dropped.len())
}

/// Drops a template, unless somebody is making it anew, or has just done so,
/// under the same name.
async fn drop_template(
    connection: &mut PgConnection,
    one: &Found,
    builder: i64,
) -> Result<bool, sqlx::Error> {
    let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(builder);
    if !lock.fetch_one(&mut *connection).await? {
        return Ok(false);
    }
    let finished = sqlx::query_scalar("SELECT datistemplate FROM pg_database WHERE datname = $1");
    let finished: Option<bool> = finished
        .bind(&one.database)
        .fetch_optional(&mut *connection)
        .await?;
    let same = finished == Some(one.finished);
    let dropped = if same {
        drop_database(connection, &one.database, one.finished).await
    } else {
        Ok(())
    };
    let unlock = sqlx::query("SELECT pg_advisory_unlock($1)").bind(builder);
    unlock.execute(connection).await?;
    dropped.map(|()| same)
}

/// Those that can go.
fn garbage(found: &[Found], now: i64) -> Vec<&Found> {
    let mut gone: Vec<_> = found.iter().filter(|one| one.is_garbage(now)).collect();
    gone.extend(crowding_templates(found, now));
    gone.extend(unneeded_stock(found));
    gone
}

/// The oldest of too many templates.
fn crowding_templates(found: &[Found], now: i64) -> Vec<&Found> {
    let mut templates: Vec<_> = found
        .iter()
        .filter(|one| one.finished && !one.is_garbage(now))
        .collect();
    templates.sort_by_key(|template| std::cmp::Reverse(template.used()));
    let crowd = templates.into_iter().skip(TEMPLATES);
    crowd
        .filter(|one| one.used().is_some_and(|used| used + 3600 < now))
        .collect()
}

/// The stock of templates that are gone, and what is too much of the others'.
fn unneeded_stock(found: &[Found]) -> Vec<&Found> {
    let templates: HashSet<_> = found
        .iter()
        .filter(|one| one.finished)
        .filter_map(|one| one.name.lock())
        .collect();
    let mut seen: HashMap<(Discriminant<Name>, i64), usize> = HashMap::new();
    let mut unneeded = Vec::new();
    for one in found.iter().filter(|one| one.is_stock()) {
        let (Name::Spare { template } | Name::Pooled { template, .. } | Name::Hull { template }) =
            one.name
        else {
            continue;
        };
        let count = seen.entry((discriminant(&one.name), template)).or_default();
        *count += 1;
        if *count > STOCK || !templates.contains(&template) {
            unneeded.push(one);
        }
    }
    unneeded
}

impl Found {
    /// When a template was last used.
    fn used(&self) -> Option<i64> {
        match self.note {
            Some(Note::Used { at, .. }) => Some(at),
            _ => None,
        }
    }

    /// Whether it waits for the next process that needs it.
    pub(crate) fn is_stock(&self) -> bool {
        match self.name {
            Name::Spare { .. } | Name::Hull { .. } => true,
            Name::Pooled { .. } => !self.owned && self.note.is_none(),
            Name::Scratch { .. } | Name::Template { .. } => false,
        }
    }

    fn is_garbage(&self, now: i64) -> bool {
        let expired = matches!(self.note, Some(Note::Kept { until, .. }) if until < now);
        match self.name {
            Name::Template { .. } if self.finished => {
                self.used().is_some_and(|used| used + TEMPLATE_IDLE < now)
            }
            Name::Template { .. } => !self.owned,
            Name::Scratch { .. } => !self.owned && (expired || self.note.is_none()),
            Name::Pooled { .. } => !self.owned && expired,
            Name::Spare { .. } | Name::Hull { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names;

    const NOW: i64 = 1_800_000_000;

    fn found(database: String, finished: bool, owned: bool, note: Option<Note>) -> Found {
        let name = Name::parse(&database).unwrap();
        Found {
            database,
            name,
            finished,
            owned,
            note,
        }
    }

    fn kept_until(until: i64) -> Note {
        let test = String::new();
        Note::Kept { until, test }
    }

    fn scratch(owned: bool, note: Option<Note>) -> Found {
        found(names::scratch(5, 1), false, owned, note)
    }

    fn template(label: &str, at: i64) -> Found {
        let name = names::template(label, b"", "");
        let label = label.to_owned();
        found(name, true, false, Some(Note::Used { at, label }))
    }

    fn pooled(template: &Found, owned: bool, note: Option<Note>) -> Found {
        let key = template.name.lock().unwrap();
        found(names::pooled(key, 5, 1), false, owned, note)
    }

    #[test]
    fn scratch_databases_go_with_their_owner_unless_kept() {
        let kept = |until: i64| Some(kept_until(until));
        assert!(scratch(false, None).is_garbage(NOW));
        assert!(!scratch(true, None).is_garbage(NOW));
        assert!(!scratch(false, kept(NOW + 1)).is_garbage(NOW));
        assert!(scratch(false, kept(NOW - 1)).is_garbage(NOW));
        assert!(!scratch(true, kept(NOW - 1)).is_garbage(NOW));
    }

    #[test]
    fn templates_go_when_unused_or_half_made() {
        assert!(!template("fresh", NOW - 3600).is_garbage(NOW));
        assert!(template("old", NOW - TEMPLATE_IDLE - 1).is_garbage(NOW));
        let half_made = |owned| found(names::template("x", b"", ""), false, owned, None);
        assert!(half_made(false).is_garbage(NOW));
        assert!(!half_made(true).is_garbage(NOW));
    }

    #[test]
    fn a_crowd_of_templates_loses_its_oldest() {
        let ages = (0..25).map(|hours| template(&hours.to_string(), NOW - hours * 3600));
        let crowd: Vec<Found> = ages.collect();
        let gone: Vec<_> = garbage(&crowd, NOW)
            .iter()
            .filter_map(|one| one.used())
            .collect();
        assert_eq!(gone, [20, 21, 22, 23, 24].map(|hours| NOW - hours * 3600));
    }

    #[test]
    fn a_crowd_of_kept_databases_loses_its_oldest() {
        let kept = |number, until, owned| {
            let name = names::scratch(5, number);
            found(name, false, owned, Some(kept_until(until)))
        };
        let mut all: Vec<Found> = (1..=3).map(|hour| kept(hour, NOW + 9, true)).collect();
        all.push(kept(4, NOW + 8, false));
        all.push(scratch(true, None));
        let latest = all[2].database.clone();
        let gone = crowding_kept(&all, 2, &latest);
        assert_eq!(gone.len(), 2);
        assert!(gone.iter().all(|one| one.database != latest));
        assert!(gone.iter().any(|one| one.database == all[3].database));
        assert_eq!(crowding_kept(&all, 4, &latest).len(), 0);
    }

    #[test]
    fn stock_stays_with_its_template_up_to_a_number() {
        let shop = template("shop", NOW);
        let key = shop.name.lock().unwrap();
        let mut all = vec![shop.clone()];
        let spare = |number| found(names::spare(key, number), false, false, None);
        all.extend((0..10).map(spare));
        assert_eq!(garbage(&all, NOW).len(), 10 - STOCK);
        all.remove(0);
        assert_eq!(garbage(&all, NOW).len(), 10);
    }

    #[test]
    fn pooled_databases_are_stock_when_their_owner_is_gone_and_no_test_failed_in_them() {
        let shop = template("shop", NOW);
        assert!(pooled(&shop, false, None).is_stock());
        assert!(!pooled(&shop, true, None).is_stock());
        let kept = |until| pooled(&shop, false, Some(kept_until(until)));
        assert!(!kept(NOW + 1).is_stock());
        assert!(kept(NOW - 1).is_garbage(NOW));
    }
}
