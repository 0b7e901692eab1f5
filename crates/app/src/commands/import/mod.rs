//! `archivist import`: a folder, or an archive like one, into the library.

mod archive;
mod folders;
mod report;
mod said;
mod sidecar;
mod watch;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use archivist_domain::JobId;
use archivist_domain::document::{check_year, clean_tags};
use archivist_ingest::{FileKind, IngestError};
use archivist_store::audit::Origin;
use archivist_store::jobs::{self, JobFilter, Worker};
use archivist_store::{documents, programs};
use archivist_web::blobs::{BlobWriter, hex};
use archivist_web::intake::{self, Asked, Metadata, Order, Receipt, canonical_programs};
use archivist_web::secret::Secret;
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use self::archive::Archive;
pub(crate) use self::folders::FolderRule;
use self::report::Report;
use self::said::{Known, Said};
use self::sidecar::{ListFile, Sidecar};
use self::watch::Folder;
use super::{counted_bar, print_json, read_secret};
use crate::config::{ImportArgs, PlaceArgs};
use crate::site::{READERS, Site, check_store, open_or_make};
use crate::work::{fingerprints, ingest, reindex};

/// Bytes read at a time.
const PIECE: usize = 256 * 1024;

/// More files with the same trouble are only counted.
const MOST_TOLD: usize = 20;

/// Whoever has it works on the bytes that it stands for.
type Turn = tokio::sync::Mutex<()>;

/// A file to be taken in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    /// What people are told of it: where it lies, or would lie if it were unpacked.
    shown: PathBuf,
    /// Where its bytes lie.
    path: PathBuf,
    /// Its way from the top of the folder, with `/`.
    inside: String,
    /// What it is called.
    name: String,
}

/// Takes in every file of a folder or an archive and tells what became of each.
pub(crate) async fn import(place: &PlaceArgs, args: ImportArgs) -> Result<ExitCode> {
    let top = Top::of(&args.path)?;
    let is_archive = !top.is_folder && archive::is_archive(&top.path)?;
    if is_archive && args.watch {
        bail!("an archive cannot be watched: leave out --watch, or unpack it and name the folder");
    }
    let files = if is_archive { Vec::new() } else { top.files()? };
    if files.is_empty() && !args.watch && !is_archive {
        bail!("there are no files in {}", args.path.display());
    }
    let password = args.password_file.as_deref().map(read_secret).transpose()?;
    let password = password.and_then(Secret::new);
    let site = open_or_make(place).await?;
    let done = if is_archive {
        import_archive(&site, &top, &args, password.as_ref()).await
    } else {
        import_into(&site, &top, files, &args, password.as_ref()).await
    };
    site.close().await?;
    done
}

async fn import_archive(
    site: &Site,
    top: &Top,
    args: &ImportArgs,
    password: Option<&Secret>,
) -> Result<ExitCode> {
    let archive = match Archive::open(site, &top.path, password).await {
        Ok(archive) => archive,
        Err(error) => return Ok(told(&[archive::not_unpacked(&top.path, &error)], args)),
    };
    let mut lists = top.lists(args);
    if args.metadata.is_none() {
        lists = sidecar::inside(&archive.files).chain(lists).collect();
    }
    let mut wishes = Wishes::read(site, args, lists).await?;
    wishes.archive = Some(top.item(top.path.clone()));
    let files = wishes.check(archive.files, true)?;
    let worker = &site.worker().await?;
    let import = Import::new(site, worker, password);
    let mut reports = import.all(files, args.json).await;
    reports.extend(archive.troubles);
    Ok(told(&reports, args))
}

async fn import_into(
    site: &Site,
    top: &Top,
    files: Vec<Item>,
    args: &ImportArgs,
    password: Option<&Secret>,
) -> Result<ExitCode> {
    // All of it is known to be right before anything happens.
    check_store(&site.state.blobs).await?;
    let wishes = Wishes::read(site, args, top.lists(args)).await?;
    let folder = Folder::with_taken(top, &files, args.settle_seconds);
    let files = wishes.check(files, !args.watch)?;
    // What comes in is compared with what is there.
    fingerprints::catch_up(site).await?;
    let worker = &site.worker().await?;
    let import = Import::new(site, worker, password);
    let reports = import.all(files, args.json).await;
    let code = told(&reports, args);
    if args.watch {
        watch::follow(&import, folder, args, wishes).await?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(code)
}

/// Tells what became of the files.
fn told(reports: &[Report], args: &ImportArgs) -> ExitCode {
    if args.json {
        print_json(&report::as_json(reports));
    } else {
        report::print_summary(reports);
    }
    report::exit_code(reports)
}

/// Where files are looked for.
#[derive(Debug)]
struct Top {
    path: PathBuf,
    is_folder: bool,
}

impl Top {
    fn of(path: &Path) -> Result<Self> {
        let kind =
            fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            is_folder: kind.is_dir(),
        })
    }

    /// The folder that lists are looked for in.
    fn folder(&self) -> &Path {
        let parent = self.path.parent().unwrap_or(&self.path);
        if self.is_folder { &self.path } else { parent }
    }

    /// Where the list may lie.
    fn lists(&self, args: &ImportArgs) -> Vec<ListFile> {
        sidecar::places(args.metadata.as_deref(), self.folder()).collect()
    }

    /// All files below the folder, by path; hidden ones and links are left out. A path
    /// to a file is that file.
    fn files(&self) -> Result<Vec<Item>> {
        if !self.is_folder {
            return Ok(vec![self.item(self.path.clone())]);
        }
        let mut files = Vec::new();
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder)
                .with_context(|| format!("{} cannot be read", folder.display()))?;
            for entry in entries {
                let entry = entry?;
                if is_passed_over(&entry.path()) {
                    continue;
                }
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push(self.item(entry.path()));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    fn item(&self, path: PathBuf) -> Item {
        let inside = path.strip_prefix(self.folder()).unwrap_or(&path);
        let parts = inside.iter().map(|part| part.to_string_lossy());
        let inside = parts.collect::<Vec<_>>().join("/");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Item {
            name: name.into_owned(),
            shown: path.clone(),
            path,
            inside,
        }
    }
}

/// Hidden files, and those that programs make while they write another.
fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    name.starts_with('.')
        || name.starts_with("~$")
        || [".tmp", ".part", ".partial", ".crdownload"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// What is said about the files.
struct Wishes {
    known: Known,
    for_all: Said,
    rule: Option<FolderRule>,
    /// Where the list may lie; what lies there is no document.
    places: Vec<ListFile>,
    list: Sidecar,
    /// The archive that holds all of them.
    archive: Option<Item>,
}

impl Wishes {
    /// Reads the first list that is there; one that is named has to be.
    async fn read(site: &Site, args: &ImportArgs, places: Vec<ListFile>) -> Result<Self> {
        let known = Known {
            programs: programs::active_names(&site.state.pool).await?,
            year: site.state.clock.year(),
        };
        let is_there = |list: &&ListFile| args.metadata.is_some() || list.path.is_file();
        let list = match places.iter().find(is_there) {
            Some(list) => Sidecar::read(list, &known)?,
            None => Sidecar::default(),
        };
        Ok(Self {
            for_all: for_all(site, args).await?,
            rule: args.folders.clone(),
            known,
            places,
            list,
            archive: None,
        })
    }

    /// The files with what is said about each, without the list itself. Folders that the
    /// rule does not fit are an error, files of the list that are not there a note.
    fn check(&self, files: Vec<Item>, tells_missing: bool) -> Result<Vec<(Item, Metadata)>> {
        let files: Vec<_> = files
            .into_iter()
            .filter(|item| !self.is_list(item))
            .collect();
        let (mut ready, mut problems) = (Vec::new(), Vec::new());
        if tells_missing {
            self.tell_missing(&files);
        }
        for item in files {
            match self.about(&item) {
                Ok(metadata) => ready.push((item, metadata)),
                Err(problem) => problems.push(format!("{}: {problem}", item.inside)),
            }
        }
        if problems.is_empty() {
            return Ok(ready);
        }
        let more = problems.len().saturating_sub(MOST_TOLD);
        problems.truncate(MOST_TOLD);
        if more > 0 {
            problems.push(format!("… and {more} more"));
        }
        bail!(
            "nothing was done, the rule for folders does not fit:\n  {}",
            problems.join("\n  ")
        )
    }

    fn is_list(&self, item: &Item) -> bool {
        let same = |list: &ListFile| match (list.path.canonicalize(), item.path.canonicalize()) {
            (Ok(list), Ok(item)) => list == item,
            _ => false,
        };
        self.places.iter().any(same)
    }

    fn tell_missing(&self, files: &[Item]) {
        let all = files.iter().chain(&self.archive);
        let names: Vec<_> = all.map(|item| item.inside.clone()).collect();
        for (line, name) in self.list.missing(&names) {
            let list = self.list.shown.display();
            eprintln!("note: {list}:{line}: there is no file '{name}'");
        }
    }

    /// What is said about one file: the list goes before the folders, these before what the
    /// list says of the archive, and this before what is said of all.
    fn about(&self, item: &Item) -> Result<Metadata, String> {
        let said = self.list.about(&item.inside).cloned().unwrap_or_default();
        let of_archive = self.archive.as_ref().and_then(|archive| {
            let said = self.list.about(&archive.inside)?.clone();
            Some(Said {
                title: None,
                ..said
            })
        });
        let by_folders = match &self.rule {
            Some(rule) => rule.read(&item.inside, &self.known)?,
            None => Said::default(),
        };
        let listed = said.or(&by_folders).or(&of_archive.unwrap_or_default());
        let by_list = listed.fields();
        Ok(Metadata {
            by_list,
            ..listed.or(&self.for_all).into_metadata()
        })
    }
}

/// What the command line says about all the files.
async fn for_all(site: &Site, args: &ImportArgs) -> Result<Said> {
    if let Some(year) = args.year {
        check_year(year, site.state.clock.year())?;
    }
    let programs = canonical_programs(&site.state.pool, &args.programs)
        .await
        .map_err(|error| anyhow::anyhow!(error.message()))?;
    let tags = clean_tags(&args.tags).map_err(anyhow::Error::msg)?;
    Ok(Said {
        doc_type: args.doc_type,
        year: args.year,
        programs: (!programs.is_empty()).then_some(programs),
        tags: (!tags.is_empty()).then_some(tags),
        outcome: args.outcome,
        funder: args.funder.clone(),
        ..Said::default()
    })
}

/// What takes files in.
struct Import<'a> {
    /// Files with the same bytes go one after the other: only the first is read.
    turns: Mutex<HashMap<String, Arc<Turn>>>,
    site: &'a Site,
    worker: &'a Worker,
    password: Option<&'a Secret>,
}

impl<'a> Import<'a> {
    fn new(site: &'a Site, worker: &'a Worker, password: Option<&'a Secret>) -> Self {
        Self {
            turns: Mutex::default(),
            site,
            worker,
            password,
        }
    }

    /// Takes files in, and brings the index up to date.
    async fn all(&self, files: Vec<(Item, Metadata)>, quiet: bool) -> Vec<Report> {
        let bar = &counted_bar(files.len(), quiet);
        let reports = stream::iter(files)
            .map(|(item, metadata)| async move {
                bar.set_message(item.inside.clone());
                let reports = self.with_members(item, metadata).await;
                bar.inc(1);
                stream::iter(reports)
            })
            .buffered(READERS)
            .flatten()
            .collect()
            .await;
        bar.set_message("building the search index");
        // The documents are in, whatever becomes of the index, which is derived.
        let indexed = reindex::catch_up(self.site).await;
        bar.finish_and_clear();
        if let Err(error) = indexed {
            eprintln!(
                "note: the search index could not be brought up to date, the next start does it: {error:#}"
            );
        }
        reports
    }

    /// Takes a file in, and then those that it holds.
    async fn with_members(&self, item: Item, metadata: Metadata) -> Vec<Report> {
        let (id, result) = match self.one(&item, metadata).await {
            Ok((id, receipt)) => (id, Ok(receipt)),
            Err(error) => (None, Err(error)),
        };
        let file = item.shown;
        let mut reports = vec![Report {
            file: file.clone(),
            result,
        }];
        if let Some(id) = id {
            match self.members(&file, id).await {
                Ok(members) => reports.extend(members),
                Err(error) => reports.push(Report {
                    file,
                    result: Err(error),
                }),
            }
        }
        reports
    }

    /// Sees the jobs through that came out of one.
    async fn members(&self, file: &Path, parent: JobId) -> Result<Vec<Report>> {
        let filter = JobFilter {
            parent_id: Some(parent),
            ..JobFilter::default()
        };
        let found = jobs::list(&self.site.state.pool, &filter, 0, i64::MAX).await?;
        let mut reports = Vec::new();
        for job in found.iter().rev() {
            let inside = job.payload["inside"].as_str().unwrap_or_default();
            reports.push(Report {
                file: file.join(inside),
                result: ingest::see_queued_through(self.site, self.worker, job.job_id).await,
            });
        }
        Ok(reports)
    }

    /// Takes a file in, unless the library has its bytes: then it is not even copied. Tells
    /// its job, where it had one.
    async fn one(&self, item: &Item, metadata: Metadata) -> Result<(Option<JobId>, Receipt)> {
        let state = &self.site.state;
        let (file, name) = (&item.path, item.name.clone());
        let sha256 = match hash(file, state.settings.max_upload_bytes).await? {
            Ok(sha256) => sha256,
            Err(refusal) => return Ok((None, refused(&refusal))),
        };
        let turn = self.turn(&sha256);
        let _turn = turn.lock().await;
        if let Some(doc_id) = documents::find_by_file(&state.pool, &sha256).await? {
            return Ok((None, Receipt::Duplicate { doc_id }));
        }
        let mut blob = state.blobs.begin().await?;
        copy(file, &mut blob).await?;
        let media_type =
            FileKind::of_name(&name).map_or("application/octet-stream", FileKind::media_type);
        let order = Order {
            sha256: blob.sha256(),
            size: blob.size(),
            filename: name,
            metadata,
            submitted_by: None,
            confirmed_at: state.clock.now(),
            request: Origin::command_line().into_facts(),
            inside: None,
            is_awaited: true,
        };
        let asked = Asked {
            password: self.password,
            ..Asked::default()
        };
        let job = intake::begin(state, self.worker, blob, media_type, order, asked).await?;
        let id = job.job_id;
        let receipt = ingest::see_through(self.site, self.worker, job).await?;
        Ok((Some(id), receipt))
    }
}

impl Import<'_> {
    /// The turn of the files with these bytes. Turns that nobody waits for are forgotten.
    fn turn(&self, sha256: &str) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(sha256.to_owned()).or_default())
    }
}

fn refused(error: &IngestError) -> Receipt {
    Receipt::Refused {
        reason: error.to_string(),
    }
}

/// The SHA-256 of a file, unless it is too large.
async fn hash(file: &Path, limit: u64) -> io::Result<Result<String, IngestError>> {
    let bytes = tokio::fs::metadata(file).await?.len();
    if bytes > limit {
        return Ok(Err(IngestError::TooLarge {
            bytes,
            limit_bytes: limit,
        }));
    }
    let mut from = tokio::fs::File::open(file).await?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match from.read(&mut piece).await? {
            0 => return Ok(Ok(hex(&hash.finalize()))),
            n => hash.update(&piece[..n]),
        }
    }
}

/// Copies a file into the store.
async fn copy(file: &Path, blob: &mut BlobWriter) -> io::Result<()> {
    let mut from = tokio::fs::File::open(file).await?;
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await? {
            0 => return Ok(()),
            n => blob.write(&piece[..n]).await?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_make_while_they_write_is_passed_over() {
        for name in [
            ".hidden.txt",
            "~$plan.docx",
            "plan.pdf.part",
            "x.CRDOWNLOAD",
        ] {
            assert!(is_passed_over(&Path::new("in").join(name)), "{name}");
        }
        assert!(!is_passed_over(Path::new(".cache/plan.pdf")));
    }
}
