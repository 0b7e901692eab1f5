//! Names from inside containers: what they say, and which are no documents.

use crate::error::IngestError;

/// The longest path, in characters: longer ones are made to break something.
const MAX_CHARS: usize = 1000;

/// The path of a member as it is shown: `/` between folders, without a drive or a
/// leading `/`, without control characters.
///
/// A path that leads out of the container is [`IngestError::Damaged`].
pub(super) fn checked(raw: &str) -> Result<String, IngestError> {
    let name = plain(raw);
    if name.split('/').any(|part| part == "..") {
        return Err(IngestError::damaged("its path leads out of the archive"));
    }
    if name.chars().count() > MAX_CHARS {
        return Err(IngestError::damaged(format!(
            "its path has more than {MAX_CHARS} characters"
        )));
    }
    Ok(name)
}

/// Like [`checked`], for a name that is told whatever is wrong with it.
pub(super) fn harmless(raw: &str) -> String {
    let name = plain(raw);
    let parts: Vec<&str> = name.split('/').filter(|part| *part != "..").collect();
    let name: String = parts.join("/").chars().take(MAX_CHARS).collect();
    if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name
    }
}

fn plain(raw: &str) -> String {
    let visible: String = raw.chars().filter(|c| !c.is_control()).collect();
    let slashes = visible.replace('\\', "/");
    let relative = match slashes.split_at_checked(2) {
        Some((drive, rest)) if drive.ends_with(':') => rest,
        _ => &slashes,
    };
    let parts = relative
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

/// What systems put into archives beside the files: hidden files and folders, and
/// the resource forks of macOS.
pub(super) fn is_clutter(name: &str) -> bool {
    name.split('/').any(|part| {
        part.starts_with('.') && part != ".." || part == "__MACOSX" || part == "Thumbs.db"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_stay_inside() {
        assert_eq!(checked("/etc/plan.docx").unwrap(), "etc/plan.docx");
        assert_eq!(
            checked("C:\\Grants\\plan.docx").unwrap(),
            "Grants/plan.docx"
        );
        assert_eq!(checked("./a//b.txt").unwrap(), "a/b.txt");
        assert!(checked("a/../../b.txt").is_err());
        assert!(checked("..\\b.txt").is_err());
        assert!(checked(&"a".repeat(MAX_CHARS + 1)).is_err());
    }

    #[test]
    fn a_refused_name_can_still_be_told() {
        assert_eq!(harmless("../../etc/passwd"), "etc/passwd");
        assert_eq!(harmless("a\u{7}\nb"), "ab");
        assert_eq!(harmless(".."), "unnamed");
    }

    #[test]
    fn clutter_is_known() {
        for name in [
            "__MACOSX/._plan.docx",
            "a/.DS_Store",
            ".git/config",
            "b/Thumbs.db",
        ] {
            assert!(is_clutter(name), "{name}");
        }
        assert!(!is_clutter("a.b/plan.docx"));
        assert!(!is_clutter("../plan.docx"));
    }
}
