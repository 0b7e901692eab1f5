//! Containers are built here, unpacked in this process, and judged by what came out.

use std::io::{Cursor, Write as _};

use tempfile::TempDir;
use zip::unstable::write::FileOptionsExt as _;
use zip::write::{FileOptions, SimpleFileOptions};
use zip::{AesMode, CompressionMethod, ZipWriter};

use super::*;

const LIMITS: UnpackLimits = UnpackLimits {
    member_bytes: 1 << 20,
    total_bytes: 32 << 20,
};

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default();
    zip_with(files.iter().map(|(name, bytes)| (*name, *bytes, options)))
}

fn zip_with<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8], FileOptions<'a, 'a, ()>)>,
) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, options) in files {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

struct Unpacked {
    members: Vec<Member>,
    folder: TempDir,
}

impl Unpacked {
    fn names(&self) -> Vec<&str> {
        self.members
            .iter()
            .map(|member| member.name.as_str())
            .collect()
    }

    fn text(&self, name: &str) -> String {
        let member = self.member(name);
        assert_eq!(member.trouble, None, "{name}");
        let bytes = std::fs::read(&member.path).unwrap();
        assert_eq!(bytes.len() as u64, member.bytes);
        String::from_utf8(bytes).unwrap()
    }

    fn trouble(&self, name: &str) -> String {
        self.member(name).trouble.as_ref().unwrap().to_string()
    }

    fn member(&self, name: &str) -> &Member {
        let found = self.members.iter().find(|member| member.name == name);
        found.unwrap_or_else(|| panic!("{name} is not among {:?}", self.names()))
    }

    fn files_on_disk(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }
}

fn unpack_as(bytes: &[u8], name: &str, password: Option<&str>) -> Result<Unpacked, IngestError> {
    let folder = TempDir::new().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let given = Given {
        password,
        ..Given::default()
    };
    let found = unpack(file.path(), name, &given, LIMITS, folder.path())?;
    let member = |found: Found| found.into_member(folder.path());
    Ok(Unpacked {
        members: found.into_iter().map(member).collect(),
        folder,
    })
}

fn unpacked(bytes: &[u8]) -> Unpacked {
    unpack_as(bytes, "files.zip", None).unwrap()
}

fn refused(bytes: &[u8]) -> IngestError {
    unpack_as(bytes, "files.zip", None).err().unwrap()
}

const MAIL: &str = "From: Ada <ada@example.org>\r\nSubject: Budget\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
    --b\r\nContent-Type: text/plain\r\n\r\nPlease find it attached.\r\n\
    --b\r\nContent-Type: text/plain; name=\"budget.txt\"\r\nContent-Disposition: attachment; filename=\"budget.txt\"\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nVG90YWw6IDQyLDAwMA==\r\n\
    --b--\r\n";

#[test]
fn members_come_with_their_paths_and_bytes() {
    let result = unpacked(&zip_of(&[
        ("2024/proposal.txt", b"We ask for books."),
        ("2024/report.md", b"# Report"),
        ("__MACOSX/2024/._proposal.txt", b"junk"),
        (".DS_Store", b"junk"),
    ]));
    assert_eq!(result.names(), ["2024/proposal.txt", "2024/report.md"]);
    assert_eq!(result.text("2024/proposal.txt"), "We ask for books.");
    assert_eq!(result.text("2024/report.md"), "# Report");
}

#[test]
fn inner_archives_are_replaced_by_their_members() {
    let inner = zip_of(&[("plan.txt", b"A plan.")]);
    let result = unpacked(&zip_of(&[("old.zip", &inner), ("new.txt", b"New.")]));
    assert_eq!(result.names(), ["old.zip/plan.txt", "new.txt"]);
    assert_eq!(result.text("old.zip/plan.txt"), "A plan.");
    assert_eq!(result.files_on_disk(), 2);
}

#[test]
fn a_word_document_is_a_member_and_no_archive() {
    let docx = zip_of(&[
        ("[Content_Types].xml", b"<x/>"),
        ("word/document.xml", b"<x/>"),
    ]);
    let result = unpacked(&zip_of(&[("plan.docx", &docx)]));
    assert_eq!(result.names(), ["plan.docx"]);
    let error = refused(&docx);
    assert!(
        error.to_string().contains("holds no other files"),
        "{error}"
    );
}

#[test]
fn archives_in_archives_end_somewhere() {
    let mut bytes = zip_of(&[("plan.txt", b"A plan.")]);
    for _ in 1..MAX_DEPTH {
        bytes = zip_of(&[("in.zip", &bytes)]);
    }
    assert_eq!(unpacked(&bytes).names(), ["in.zip/in.zip/in.zip/plan.txt"]);
    bytes = zip_of(&[("in.zip", &bytes), ("other.txt", b"Other.")]);
    let result = unpacked(&bytes);
    assert!(
        result
            .trouble("in.zip/in.zip/in.zip/in.zip")
            .contains("deep")
    );
    assert_eq!(result.text("other.txt"), "Other.");
}

#[test]
fn the_attachments_of_a_mail_follow_it() {
    let result = unpack_as(MAIL.as_bytes(), "mail.eml", None).unwrap();
    assert_eq!(result.text("budget.txt"), "Total: 42,000");
    let result = unpacked(&zip_of(&[("mail.eml", MAIL.as_bytes())]));
    assert_eq!(result.names(), ["mail.eml", "mail.eml/budget.txt"]);
}

#[test]
fn an_archive_attached_to_a_mail_is_opened() {
    use std::fmt::Write as _;
    let zip = zip_of(&[("plan.txt", b"A plan.")]);
    let hex = zip.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "={byte:02X}");
        text
    });
    let lines: Vec<&str> = hex
        .as_bytes()
        .chunks(72)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let mail = format!(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: application/zip; name=all.zip\n\
         Content-Transfer-Encoding: quoted-printable\n\n{}\n",
        lines.join("=\n")
    );
    let result = unpack_as(mail.as_bytes(), "mail.eml", None).unwrap();
    assert_eq!(result.text("all.zip/plan.txt"), "A plan.");
}

#[test]
fn paths_that_lead_out_and_links_are_refused_one_by_one() {
    let options = SimpleFileOptions::default();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("../../evil.txt", options).unwrap();
    writer.write_all(b"evil").unwrap();
    writer
        .add_symlink("link.txt", "/etc/passwd", options)
        .unwrap();
    writer.start_file("/abs/good.txt", options).unwrap();
    writer.write_all(b"good").unwrap();
    let result = unpacked(&writer.finish().unwrap().into_inner());
    assert!(result.trouble("evil.txt").contains("leads out"));
    assert!(result.trouble("link.txt").contains("a link"));
    assert_eq!(result.text("abs/good.txt"), "good");
    assert_eq!(result.files_on_disk(), 1);
}

#[test]
fn a_member_that_is_too_large_costs_itself_alone() {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let large = vec![b'x'; (1 << 20) + 1];
    let bytes = zip_with([
        ("large.txt", large.as_slice(), options),
        ("small.txt", b"small", options),
    ]);
    let result = unpacked(&bytes);
    assert!(result.trouble("large.txt").contains("the limit is 1 MiB"));
    assert_eq!(result.text("small.txt"), "small");
    assert_eq!(result.files_on_disk(), 1);
}

#[test]
fn a_bomb_is_refused_as_a_whole() {
    let zeros = vec![0; 1 << 20];
    let names: Vec<String> = (0..40).map(|number| format!("{number}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), zeros.as_slice()))
        .collect();
    let error = refused(&zip_of(&files));
    assert!(error.to_string().contains("unpacks to far more"), "{error}");
}

#[test]
fn a_password_opens_what_it_fits() {
    let aes = SimpleFileOptions::default().with_aes_encryption(AesMode::Aes256, "grants");
    let old = SimpleFileOptions::default()
        .with_deprecated_encryption(b"grants")
        .unwrap();
    for options in [aes, old] {
        let bytes = zip_with([("plan.txt", b"A secret plan.".as_slice(), options)]);
        assert_eq!(refused(&bytes), IngestError::Encrypted);
        let wrong = unpack_as(&bytes, "files.zip", Some("guess")).err().unwrap();
        assert_eq!(wrong, IngestError::WrongPassword);
        let opened = unpack_as(&bytes, "files.zip", Some("grants")).unwrap();
        assert_eq!(opened.text("plan.txt"), "A secret plan.");
    }
}

#[test]
fn a_password_does_not_harm_members_without_one() {
    let bytes = zip_of(&[("plan.txt", b"An open plan.")]);
    let opened = unpack_as(&bytes, "files.zip", Some("grants")).unwrap();
    assert_eq!(opened.text("plan.txt"), "An open plan.");
}

#[test]
fn damage_is_told_by_member() {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut bytes = zip_with([
        ("a.txt", b"AAAAAAAAAAAAAAAA".as_slice(), options),
        ("b.txt", b"BBBBBBBBBBBBBBBB", options),
    ]);
    let at = bytes
        .windows(4)
        .position(|window| window == b"AAAA")
        .unwrap();
    bytes[at] = b'X';
    let result = unpacked(&bytes);
    assert!(result.trouble("a.txt").contains("cannot be unpacked"));
    assert_eq!(result.text("b.txt"), "BBBBBBBBBBBBBBBB");
    bytes.truncate(bytes.len() - 30);
    assert_eq!(
        refused(&bytes),
        IngestError::damaged("its list of contents is broken")
    );
}

#[test]
fn names_are_read_as_utf8_and_as_the_old_code_page() {
    let mut bytes = zip_of(&[("xx.txt", b"one"), ("\u{e9}.txt", b"two")]);
    // The code page of DOS has é at 0x82 and ä at 0x84.
    while let Some(at) = bytes.windows(6).position(|window| window == b"xx.txt") {
        bytes[at..at + 2].copy_from_slice(b"\x82\x84");
    }
    assert_eq!(unpacked(&bytes).names(), ["éä.txt", "é.txt"]);
}

#[test]
fn a_child_that_lies_about_its_files_is_not_believed() {
    let folder = TempDir::new().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", store::path(folder.path(), 1)).unwrap();
    for file in [1, 2] {
        let found = Found {
            name: "../plan.txt".to_owned(),
            file: Ok(file),
        };
        let member = found.into_member(folder.path());
        assert_eq!(member.trouble, Some(IngestError::ReaderCrashed));
        assert_eq!((member.name.as_str(), member.bytes), ("plan.txt", 0));
    }
}
