//! `archivist import --watch`: follows a folder.
//!
//! The system tells of changes; a look at the whole folder now and then is the guarantee,
//! since notifications are lost when there are too many. A file is taken when it has been
//! left alone for a while: then it is whole.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use notify::{RecursiveMode, Watcher};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, timeout};

use super::{Import, Item, Metadata, Top, Wishes, report};
use crate::config::ImportArgs;

/// How often the whole folder is looked at.
const ROUND: Duration = Duration::from_secs(30);

/// How often files that have come are looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// A file as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    bytes: u64,
    changed: Option<SystemTime>,
}

/// What is known of a file.
#[derive(Debug)]
enum Sighting {
    /// It was like this since then.
    Waiting(Look, Instant),
    /// It was taken when it was like this.
    Taken(Look),
}

/// The files of the folder.
pub(super) struct Folder<'a> {
    top: &'a Top,
    settle: Duration,
    seen: HashMap<PathBuf, Sighting>,
}

/// Takes in what comes into the folder or changes there, until told to stop.
pub(super) async fn follow(
    import: &Import<'_>,
    mut folder: Folder<'_>,
    args: &ImportArgs,
    mut wishes: Wishes,
) -> Result<()> {
    let top = folder.top;
    let (bell, mut rings) = channel(1);
    let mut watcher = notify::recommended_watcher(move |_| {
        // A full bell has rung already.
        let _ = bell.try_send(());
    })?;
    watcher
        .watch(&top.path, RecursiveMode::Recursive)
        .with_context(|| format!("{} cannot be watched", top.path.display()))?;
    if !args.json {
        say!("Watching {}; stop with Ctrl-C.", top.path.display());
    }
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    loop {
        let items = tokio::select! {
            items = folder.next(&mut rings) => items?,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        if items.iter().any(|item| wishes.is_list(item)) {
            wishes = renewed(import, top, args, wishes).await;
        }
        let ready = items.into_iter().filter(|item| !wishes.is_list(item));
        let ready = ready.filter_map(|item| with_metadata(&wishes, item));
        for report in import.all(ready.collect(), true).await {
            report::print_one(&report, args.json);
        }
    }
}

/// What the changed list says; what it said before, where it cannot be read.
async fn renewed(import: &Import<'_>, top: &Top, args: &ImportArgs, old: Wishes) -> Wishes {
    match Wishes::read(import.site, args, top.lists(args)).await {
        Ok(wishes) => wishes,
        Err(error) => {
            eprintln!("note: the list counts as it was before: {error:#}");
            old
        }
    }
}

fn with_metadata(wishes: &Wishes, item: Item) -> Option<(Item, Metadata)> {
    match wishes.about(&item) {
        Ok(metadata) => Some((item, metadata)),
        Err(problem) => {
            eprintln!("not taken in: {}\n  {problem}", item.shown.display());
            None
        }
    }
}

impl<'a> Folder<'a> {
    /// The folder, of which these files are taken as they are now.
    pub(super) fn with_taken(top: &'a Top, taken: &[Item], settle_seconds: u64) -> Self {
        let look = |item: &Item| Some((item.path.clone(), Sighting::Taken(look_at(item)?)));
        Self {
            top,
            settle: Duration::from_secs(settle_seconds),
            seen: taken.iter().filter_map(look).collect(),
        }
    }

    /// Waits until files have come and are whole.
    async fn next(&mut self, rings: &mut Receiver<()>) -> Result<Vec<Item>> {
        loop {
            let ready = self.look(Instant::now())?;
            if !ready.is_empty() {
                return Ok(ready);
            }
            let is_waiting = |it: &Sighting| matches!(it, Sighting::Waiting(..));
            let pause = if self.seen.values().any(is_waiting) {
                GLANCE
            } else {
                ROUND
            };
            // Ending without a ring is normal.
            let _ = timeout(pause, rings.recv()).await;
        }
    }

    /// Looks at every file; returns those that have been left alone long enough.
    fn look(&mut self, now: Instant) -> Result<Vec<Item>> {
        let files = self.top.files()?;
        self.seen
            .retain(|path, _| files.iter().any(|item| item.path == *path));
        Ok(files
            .into_iter()
            .filter(|item| self.is_ready(item, now))
            .collect())
    }

    fn is_ready(&mut self, item: &Item, now: Instant) -> bool {
        let Some(look) = look_at(item) else {
            return false;
        };
        let new = match self.seen.get(&item.path) {
            Some(Sighting::Taken(before)) if *before == look => return false,
            Some(Sighting::Waiting(before, since)) if *before == look => {
                if now.duration_since(*since) < self.settle {
                    return false;
                }
                Sighting::Taken(look)
            }
            _ => Sighting::Waiting(look, now),
        };
        let is_ready = matches!(new, Sighting::Taken(_));
        self.seen.insert(item.path.clone(), new);
        is_ready
    }
}

/// `None` where it has gone.
fn look_at(item: &Item) -> Option<Look> {
    let metadata = std::fs::metadata(&item.path).ok()?;
    Some(Look {
        bytes: metadata.len(),
        changed: metadata.modified().ok(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_taken_when_it_was_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let top = Top::of(folder.path()).unwrap();
        let mut watched = Folder::with_taken(&top, &[], 2);
        let start = Instant::now();
        let mut at = |seconds| {
            let now = start + Duration::from_secs(seconds);
            let found = watched.look(now).unwrap().into_iter();
            found.map(|item| item.inside).collect::<Vec<_>>()
        };
        let write = |text| fs::write(folder.path().join("a.txt"), text).unwrap();
        write("Half");
        assert!(at(0).is_empty());
        write("Half and more");
        assert!(at(2).is_empty() && at(3).is_empty());
        assert_eq!(at(4), ["a.txt"]);
        assert!(at(9).is_empty(), "it is taken once");
        write("Something else now");
        assert!(at(10).is_empty());
        assert_eq!(at(12), ["a.txt"]);
    }
}
