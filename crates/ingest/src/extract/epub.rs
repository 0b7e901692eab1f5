//! E-books: web pages in a ZIP container, in the order that its package file says.

mod opf;

use percent_encoding::percent_decode_str;

use crate::error::IngestError;
use crate::extract::package::{Package, resolve};
use crate::extract::xml;
use crate::extract::{Extracted, html};
use crate::kind::FileKind;
use crate::tidy;
use opf::{Container, Opf};

/// Reads the chapters of a book in reading order.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    let opf_path = opf_path(&mut package)?;
    let source = package
        .part(&opf_path)?
        .ok_or_else(|| IngestError::damaged("its list of chapters is missing"))?;
    let opf = Opf::read(&source);
    let folder = opf_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let locked = locked_parts(&mut package)?;
    let (mut blocks, mut missing) = (Vec::new(), 0);
    for href in opf.chapters() {
        let path = resolve(folder, &unescaped(href));
        if locked.contains(&path.to_lowercase()) {
            return Err(IngestError::damaged(
                "its text is locked to the reader of a shop",
            ));
        }
        match package.part(&path)? {
            Some(page) => blocks.extend(html::read(&page).blocks),
            None => missing += 1,
        }
    }
    let title = opf.title().map(tidy::line);
    Ok(Extracted {
        kind: FileKind::Epub,
        title: title.filter(|title| !title.is_empty()),
        page_count: None,
        blocks,
        pictures: Vec::new(),
        notes: missing_note(missing).into_iter().collect(),
    })
}

fn missing_note(missing: usize) -> Option<String> {
    match missing {
        0 => None,
        1 => Some("One chapter that the book lists is not in the file.".to_owned()),
        n => Some(format!(
            "{n} chapters that the book lists are not in the file."
        )),
    }
}

fn opf_path(package: &mut Package<'_>) -> Result<String, IngestError> {
    let mut container = Container::default();
    let part = package.part("META-INF/container.xml")?.unwrap_or_default();
    let _ = xml::walk(&part, &mut container);
    container
        .package_file
        .ok_or_else(|| IngestError::damaged("it does not say where its text is"))
}

/// The parts that are encrypted, by lower-case path. Fonts often are, which hurts
/// nobody.
fn locked_parts(package: &mut Package<'_>) -> Result<Vec<String>, IngestError> {
    let part = package.part("META-INF/encryption.xml")?.unwrap_or_default();
    let mut locked = opf::Locked::default();
    let _ = xml::walk(&part, &mut locked);
    let path = |uri: &String| resolve("", &unescaped(uri)).to_lowercase();
    Ok(locked.uris.iter().map(path).collect())
}

/// A reference without its fragment and its escapes.
fn unescaped(href: &str) -> String {
    let path = href.split('#').next().unwrap_or_default();
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests;
