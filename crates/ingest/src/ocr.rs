//! Text recognition for pages that are pictures, by programs of the system.
//!
//! `pdftoppm` (poppler) draws a page, `tesseract` reads it. Both are optional and found
//! at run time. One call reads one page, so that a job can show how far it is and go on
//! where it stopped. Each program runs as a child with limits on memory and processor
//! time, an empty environment and a private folder.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;

use crate::tidy::{self, Vocabulary};

/// What to say where the programs are missing.
pub const MISSING: &str = "Text recognition (OCR) is not installed on this server. Install tesseract and poppler (on Debian: apt install tesseract-ocr poppler-utils), then read the document again.";

/// Pixels per inch at which pages are drawn: what tesseract is trained for.
const RESOLUTION: &str = "300";
/// Sets limits (KiB, seconds, and some 400 MB of any file written) on the shell, which
/// then becomes the program. macOS knows no limit on address space.
const LIMITED: &str =
    r#"ulimit -v "$1" 2>/dev/null; ulimit -t "$2" && ulimit -f 800000 && shift 2 && exec "$@""#;
/// The end of a program's messages that is kept for the log.
const MESSAGE_TAIL: usize = 400;

/// What one page may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// Address space of each program, in bytes.
    pub memory_bytes: u64,
    /// Processor time of each program.
    pub cpu_seconds: u64,
    /// Time from start to end of each program.
    pub wall: Duration,
}

impl Default for PageLimits {
    /// 2 GiB, 120 s of processor, 180 s of wall clock: a dense page takes a few seconds.
    fn default() -> Self {
        Self {
            memory_bytes: 2 << 30,
            cpu_seconds: 120,
            wall: Duration::from_mins(3),
        }
    }
}

/// The programs that read pictures of pages.
#[derive(Debug, Clone)]
pub struct Tesseract {
    /// `tesseract`.
    pub reader: PathBuf,
    /// `pdftoppm`.
    pub painter: PathBuf,
    /// For each page and program.
    pub limits: PageLimits,
    /// The password that opens the file, where it needs one.
    pub password: Option<String>,
}

/// Why a page was not read. No text names a path or quotes the page.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    /// Not a list of languages as tesseract writes it.
    #[error(
        "The languages of text recognition are written like `eng` or `eng+deu`; `{languages}` is not."
    )]
    Languages {
        /// What was given.
        languages: String,
    },

    /// The data of a language is not installed.
    #[error(
        "Text recognition has no data for `{languages}`. Install it (on Debian: apt install tesseract-ocr-…), or choose other languages."
    )]
    UnknownLanguage {
        /// What was asked for.
        languages: String,
    },

    /// A program was stopped at a limit.
    #[error("Page {page} could not be read: text recognition took too long and was stopped.")]
    TimedOut {
        /// The page, from 1.
        page: u32,
    },

    /// A program ended with an error.
    #[error("Page {page} could not be read: {program} failed on it.")]
    Failed {
        /// The page, from 1.
        page: u32,
        /// The program's name.
        program: &'static str,
    },

    /// The machine is at fault.
    #[error("Text recognition could not be started on this server.")]
    Io(#[from] io::Error),
}

/// Looks for both programs in the folders of a list like `PATH`; without either of them no
/// page can be read: see [`MISSING`].
pub fn find_tool(folders: &OsStr) -> Option<Tesseract> {
    Some(Tesseract {
        reader: find(folders, "tesseract")?,
        painter: find(folders, "pdftoppm")?,
        limits: PageLimits::default(),
        password: None,
    })
}

fn find(path: &OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_absolute() && candidate.is_file())
}

impl Tesseract {
    /// Reads one page (from 1) of a PDF to its paragraphs. `languages` are tesseract's names,
    /// joined by `+`. A page without any text gives none.
    pub async fn read_page(
        &self,
        file: &Path,
        page: u32,
        languages: &str,
    ) -> Result<Vec<String>, OcrError> {
        check_languages(languages)?;
        let file = std::path::absolute(file)?;
        let folder = TempDir::new()?;
        self.paint(&file, page, folder.path()).await?;
        let table = self.recognise(page, languages, folder.path()).await?;
        Ok(paragraphs(&table))
    }

    /// Draws the page to `page.pgm` in the folder.
    async fn paint(&self, file: &Path, page: u32, folder: &Path) -> Result<(), OcrError> {
        let number = page.to_string();
        let options = [
            "-r",
            RESOLUTION,
            "-gray",
            "-singlefile",
            "-f",
            &number,
            "-l",
            &number,
        ];
        let mut arguments: Vec<OsString> = options.map(Into::into).into();
        if let Some(password) = &self.password {
            arguments.extend(["-upw".into(), password.into()]);
        }
        arguments.extend([file.as_os_str().to_owned(), "page".into()]);
        let output = self.run(&self.painter, &arguments, folder, page).await?;
        if output.status.success() && folder.join("page.pgm").is_file() {
            Ok(())
        } else {
            Err(failed(page, "pdftoppm", &output))
        }
    }

    /// Reads the drawn page to tesseract's table of words.
    async fn recognise(
        &self,
        page: u32,
        languages: &str,
        folder: &Path,
    ) -> Result<String, OcrError> {
        let arguments = ["page.pgm", "stdout", "-l", languages, "tsv"].map(OsString::from);
        let output = self.run(&self.reader, &arguments, folder, page).await?;
        // With one of several languages missing it reads with the others, and succeeds.
        let messages = String::from_utf8_lossy(&output.stderr);
        if messages.contains("Error opening data file") || messages.contains("loading language") {
            return Err(OcrError::UnknownLanguage {
                languages: languages.to_owned(),
            });
        }
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(failed(page, "tesseract", &output))
    }

    async fn run(
        &self,
        program: &Path,
        arguments: &[OsString],
        folder: &Path,
        page: u32,
    ) -> Result<Output, OcrError> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", LIMITED, "sh"])
            .arg((self.limits.memory_bytes / 1024).to_string())
            .arg(self.limits.cpu_seconds.to_string())
            .arg(program)
            .args(arguments)
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            // Several pages may be read at once; each takes one core.
            .env("OMP_THREAD_LIMIT", "1")
            .envs(data_folder())
            .current_dir(folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        match tokio::time::timeout(self.limits.wall, command.output()).await {
            Ok(output) => Ok(output?),
            Err(_) => Err(OcrError::TimedOut { page }),
        }
    }
}

/// Where the data of languages lies, if it is not where tesseract expects it.
fn data_folder() -> Option<(&'static str, OsString)> {
    let variable = "TESSDATA_PREFIX";
    Some((variable, std::env::var_os(variable)?))
}

fn failed(page: u32, program: &'static str, output: &Output) -> OcrError {
    let messages = String::from_utf8_lossy(&output.stderr);
    let tail = messages.len().saturating_sub(MESSAGE_TAIL);
    let tail = messages.get(tail..).unwrap_or_default();
    tracing::debug!(status = %output.status, stderr = %tail, program, "text recognition said");
    OcrError::Failed { page, program }
}

/// Letters, digits and `_`, joined by `+`: nothing that a program takes for an option.
pub fn check_languages(languages: &str) -> Result<(), OcrError> {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if languages.split('+').all(is_name) {
        Ok(())
    } else {
        Err(OcrError::Languages {
            languages: languages.to_owned(),
        })
    }
}

/// A word of tesseract's table.
struct Word<'t> {
    /// Block and paragraph on the page.
    paragraph: (&'t str, &'t str),
    text: &'t str,
}

fn paragraphs(table: &str) -> Vec<String> {
    let words: Vec<Word<'_>> = table.lines().skip(1).filter_map(word).collect();
    let paragraphs = words.chunk_by(|a, b| a.paragraph == b.paragraph);
    let mut paragraphs: Vec<String> = paragraphs
        .map(|words| {
            let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
            tidy::line(&texts.join(" "))
        })
        .filter(|text| text.contains(char::is_alphanumeric))
        .collect();
    let vocabulary = Vocabulary::of(paragraphs.iter().map(String::as_str));
    for text in &mut paragraphs {
        *text = vocabulary.join_hyphens(text);
    }
    paragraphs
}

/// Level, page, block, paragraph, line, word, four numbers of its place, confidence,
/// text. Other levels have no text.
fn word(line: &str) -> Option<Word<'_>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let text = fields.get(11)?.trim();
    (fields[0] == "5" && !text.is_empty()).then(|| Word {
        paragraph: (fields[2], fields[3]),
        text,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const TABLE: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
        1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n\
        5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96\tEvery\n\
        5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t96\tchil-\n\
        5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t96\tdren\n\
        5\t1\t1\t2\t1\t1\t0\t0\t9\t9\t90\tReads.\n\
        5\t1\t2\t1\t1\t1\t0\t0\t9\t9\t20\t|\n";

    /// Two shell scripts that play the programs.
    fn tool(folder: &Path, painter: &str, reader: &str) -> Tesseract {
        let script = |name: &str, body: &str| {
            let path = folder.join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        Tesseract {
            reader: script("reader", reader),
            painter: script("painter", painter),
            limits: PageLimits {
                memory_bytes: 1 << 30,
                cpu_seconds: 10,
                wall: Duration::from_secs(10),
            },
            password: Some("secret".into()),
        }
    }

    #[tokio::test]
    async fn a_page_is_drawn_and_read_to_paragraphs() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("table"), TABLE).unwrap();
        let paint = r#"[ "$*" = "-r 300 -gray -singlefile -f 7 -l 7 -upw secret /scans/a.pdf page" ] && echo drawn > page.pgm"#;
        let table = folder.path().join("table");
        let read = format!(
            r#"[ "$(cat page.pgm)" = drawn ] && [ "$4" = eng+deu ] && while IFS= read -r line; do echo "$line"; done < {}"#,
            table.display()
        );
        let read = read.replace("$(cat page.pgm)", "$(read -r x < page.pgm; echo $x)");
        let tool = tool(folder.path(), paint, &read);
        let paragraphs = tool
            .read_page(Path::new("/scans/a.pdf"), 7, "eng+deu")
            .await
            .unwrap();
        assert_eq!(paragraphs, ["Every children", "Reads."]);
    }

    #[tokio::test]
    async fn what_went_wrong_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = Path::new("/scans/a.pdf");
        let no_page = tool(folder.path(), "exit 1", "exit 1");
        assert!(matches!(
            no_page.read_page(file, 2, "eng").await,
            Err(OcrError::Failed {
                page: 2,
                program: "pdftoppm"
            })
        ));
        let no_data = tool(
            folder.path(),
            ": > page.pgm",
            "echo Error opening data file >&2; exit 1",
        );
        assert!(matches!(
            no_data.read_page(file, 2, "xyz").await,
            Err(OcrError::UnknownLanguage { .. })
        ));
        let half_data = tool(
            folder.path(),
            ": > page.pgm",
            "echo \"Failed loading language 'xyz'\" >&2; echo level",
        );
        assert!(matches!(
            half_data.read_page(file, 2, "eng+xyz").await,
            Err(OcrError::UnknownLanguage { .. })
        ));
        let mut slow = tool(folder.path(), "while :; do :; done", "exit 1");
        slow.limits.wall = Duration::from_millis(200);
        assert!(matches!(
            slow.read_page(file, 2, "eng").await,
            Err(OcrError::TimedOut { page: 2 })
        ));
    }

    #[tokio::test]
    async fn limits_hold_for_the_programs() {
        let folder = tempfile::tempdir().unwrap();
        let mut tool = tool(
            folder.path(),
            r#"[ "$(ulimit -t)" = 3 ] && [ "$(ulimit -v)" = 1048576 ] && : > page.pgm"#,
            "exit 0",
        );
        tool.limits.cpu_seconds = 3;
        let read = tool.read_page(Path::new("/scans/a.pdf"), 1, "eng").await;
        assert!(read.unwrap().is_empty());
    }

    #[test]
    fn languages_are_names_and_no_options() {
        for good in ["eng", "eng+deu", "chi_sim"] {
            assert!(check_languages(good).is_ok(), "{good}");
        }
        for bad in ["", "-psm", "eng deu", "eng+", "../x"] {
            assert!(check_languages(bad).is_err(), "{bad}");
        }
    }
}
