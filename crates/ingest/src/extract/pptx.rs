//! PowerPoint presentations: a page for each slide.

mod slide;

use quick_xml::events::BytesStart;

use crate::error::IngestError;
use crate::extract::ooxml::{self, Relationships};
use crate::extract::package::Package;
use crate::extract::xml::{self, Visitor};
use crate::extract::{Block, BlockKind, Extracted, notes};
use crate::kind::FileKind;
use slide::Slide;

/// Reads the slides in the order in which they are shown: the title first, then the
/// texts, tables and diagrams, then the speaker's notes.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let mut package = Package::open(bytes)?;
    let main = ooxml::main_part(&mut package, "ppt/presentation.xml")?;
    let presentation = package
        .part(&main)?
        .ok_or_else(|| IngestError::damaged("its list of slides is missing"))?;
    let related = Relationships::of(&mut package, &main)?;
    let mut order = Order::default();
    let whole = xml::walk(&presentation, &mut order);
    let mut blocks = Vec::new();
    let mut broken = !whole;
    let mut page = 0;
    for path in order.slides.iter().filter_map(|id| related.id(id)) {
        page += 1;
        let (slide, whole) = read_slide(&mut package, path, page)?;
        blocks.extend(slide);
        broken |= !whole;
    }
    if page == 0 {
        return Err(IngestError::damaged("it has no slides"));
    }
    Ok(Extracted {
        kind: FileKind::Pptx,
        title: ooxml::core_title(&mut package).filter(|title| !is_program_s(title)),
        page_count: Some(page),
        blocks,
        pictures: Vec::new(),
        notes: xml::broken_note(broken).into_iter().collect(),
    })
}

/// What PowerPoint calls a presentation whose author gave no title.
fn is_program_s(title: &str) -> bool {
    ["PowerPoint Presentation", "Slide 1"].contains(&title)
}

/// The blocks of one slide, and whether it is whole.
fn read_slide(
    package: &mut Package<'_>,
    path: &str,
    page: u32,
) -> Result<(Vec<Block>, bool), IngestError> {
    let Some(xml) = package.part(path)? else {
        return Ok((Vec::new(), false));
    };
    let related = Relationships::of(package, path)?;
    let slide = Slide::read(&xml);
    let mut blocks = slide.title;
    blocks.extend(slide.blocks);
    for id in &slide.diagrams {
        if let Some(path) = related.id(id)
            && let Some(xml) = package.part(path)?
        {
            blocks.extend(Slide::read(&xml).blocks);
        }
    }
    let spoken = match related.kind("notesSlide") {
        Some(path) => package.part(path)?,
        None => None,
    };
    let spoken = spoken
        .map(|xml| Slide::read_notes(&xml))
        .unwrap_or_default();
    blocks.extend(notes::marked("", None, spoken));
    for block in &mut blocks {
        block.page = Some(page);
    }
    blocks.retain(|block| block.kind != BlockKind::Paragraph || !block.text.is_empty());
    Ok((blocks, slide.whole))
}

/// The slides' ids, in order.
#[derive(Default)]
struct Order {
    slides: Vec<String>,
}

impl Visitor for Order {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if name == "sldId" {
            self.slides.extend(xml::prefixed(tag, "id"));
        }
    }
}

#[cfg(test)]
mod tests;
