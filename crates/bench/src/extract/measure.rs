//! One file, measured by a process of its own: so that the memory and the processor
//! time of the sandbox's child are those of this file alone.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use archivist_ingest::{Given, IngestError, Limits, Parsed, Sandbox};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::CURRENT_YEAR;

/// What pdftotext may take.
const PDFTOTEXT_SECONDS: u64 = 60;

/// What is to be measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Task {
    /// The file.
    pub(super) path: PathBuf,
    /// Given with it.
    pub(super) password: Option<String>,
    /// Whether pdftotext reads it too, if it is a PDF.
    pub(super) against_pdftotext: bool,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    /// What the sandbox answered.
    pub(super) outcome: Result<Parsed, IngestError>,
    /// Time until the answer, in seconds.
    pub(super) wall_seconds: f64,
    /// Processor time of the child, in seconds.
    pub(super) cpu_seconds: f64,
    /// The most memory that the child held, in bytes.
    pub(super) peak_bytes: u64,
    /// What pdftotext made of it.
    pub(super) pdftotext: Option<Reference>,
}

/// The two ways in which pdftotext orders text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reference {
    /// `pdftotext`: in reading order, columns one after the other.
    pub(super) plain: ReferenceText,
    /// `pdftotext -layout`: as the lines stand on the page.
    pub(super) layout: ReferenceText,
}

/// What pdftotext wrote.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ReferenceText {
    /// Pages end with a form feed.
    pub(super) text: String,
    /// Processor time, in seconds.
    pub(super) cpu_seconds: f64,
}

impl Measured {
    /// Whether a password is needed, or another one.
    pub(super) fn is_locked(&self) -> bool {
        matches!(
            self.outcome,
            Err(IngestError::Encrypted | IngestError::WrongPassword)
        )
    }
}

impl Task {
    /// Has a process of its own measure it.
    pub(super) async fn run(&self) -> Result<Measured> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("measure-one")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdin = process.stdin.take().context("no standard input")?;
        stdin.write_all(&serde_json::to_vec(self)?).await?;
        drop(stdin);
        let output = process.wait_with_output().await?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{} was not measured", self.path.display()))
    }
}

/// The measuring process: a [`Task`] on standard input, a [`Measured`] on standard output.
pub(crate) async fn measure_one() -> Result<()> {
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request)?;
    let task: Task = serde_json::from_slice(&request)?;
    let measured = measure(&task).await?;
    std::io::stdout().write_all(&serde_json::to_vec(&measured)?)?;
    Ok(())
}

async fn measure(task: &Task) -> Result<Measured> {
    let name = task.path.file_name().unwrap_or_default();
    let given = Given {
        password: task.password.as_deref(),
        ..Given::default()
    };
    let start = Instant::now();
    let outcome = sandbox()?
        .process(&task.path, &name.to_string_lossy(), CURRENT_YEAR, &given)
        .await;
    let wall_seconds = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let is_pdf = std::fs::read(&task.path)?.starts_with(b"%PDF");
    let pdftotext = if task.against_pdftotext && is_pdf {
        pdftotext(task).await?
    } else {
        None
    };
    Ok(Measured {
        outcome,
        wall_seconds,
        cpu_seconds: cpu_seconds(&usage),
        peak_bytes: peak_bytes(&usage),
        pdftotext,
    })
}

/// This very program is the child.
fn sandbox() -> Result<Sandbox> {
    let program = std::env::current_exe()?;
    Ok(Sandbox::new(
        program,
        vec!["extract-child".into()],
        Limits::default(),
        1,
    ))
}

fn cpu_seconds(usage: &Usage) -> f64 {
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(time.num_microseconds().unsigned_abs()).as_secs_f64()
}

/// Linux counts in KiB, macOS in bytes.
fn peak_bytes(usage: &Usage) -> u64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    usage.max_rss().unsigned_abs() * unit
}

/// Whether the program can be started.
pub(super) fn pdftotext_is_there() -> bool {
    std::process::Command::new("pdftotext")
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Nothing where pdftotext cannot read the file either.
async fn pdftotext(task: &Task) -> Result<Option<Reference>> {
    let password = task.password.as_deref();
    let plain = pdftotext_mode(&task.path, password, &[]).await?;
    let layout = pdftotext_mode(&task.path, password, &["-layout"]).await?;
    Ok(plain
        .zip(layout)
        .map(|(plain, layout)| Reference { plain, layout }))
}

async fn pdftotext_mode(
    path: &Path,
    password: Option<&str>,
    options: &[&str],
) -> Result<Option<ReferenceText>> {
    let before = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let mut command = Command::new("pdftotext");
    command.args(options).args(["-enc", "UTF-8"]);
    if let Some(password) = password {
        command.args(["-upw", password]);
    }
    command.arg(path).arg("-").kill_on_drop(true);
    let limit = Duration::from_secs(PDFTOTEXT_SECONDS);
    let Ok(output) = tokio::time::timeout(limit, command.output()).await else {
        return Ok(None);
    };
    let output = output?;
    let after = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(output.status.success().then(|| ReferenceText {
        text: String::from_utf8_lossy(&output.stdout).into_owned(),
        cpu_seconds: cpu_seconds(&after) - cpu_seconds(&before),
    }))
}
