//! Web pages: the text with its structure, without what is there for the browser.
//!
//! The tokenizer is that of the HTML standard; no tree is built, as blocks of text
//! need none. So depth costs nothing, and tags that were never closed lose nothing.

mod reader;
mod table;
mod tags;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use mail_parser::MimeHeaders as _;

use crate::error::IngestError;
use crate::extract::decode::{Decoded, decode, decode_as};
use crate::extract::{Block, BlockKind, Extracted, eml};
use crate::kind::FileKind;
use crate::tidy;
use reader::{Reader, Sink};

/// What a page says.
pub(super) struct Page {
    pub(super) title: Option<String>,
    pub(super) blocks: Vec<Block>,
}

/// Reads a page in any encoding, also one that a browser saved as MHTML.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let decoded = if is_mhtml(bytes) {
        root_of_mhtml(bytes)?
    } else {
        decode(bytes)
    };
    let page = read(&decoded.text);
    let heading = |block: &&Block| matches!(block.kind, BlockKind::Heading { level: 1 });
    let first = || {
        page.blocks
            .iter()
            .find(heading)
            .map(|block| block.text.clone())
    };
    Ok(Extracted {
        kind: FileKind::Html,
        title: page.title.or_else(first),
        page_count: None,
        blocks: page.blocks,
        pictures: Vec::new(),
        notes: decoded.guess_note().into_iter().collect(),
    })
}

/// A page in one file begins as an e-mail does, and not with a tag.
fn is_mhtml(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    first.is_some_and(u8::is_ascii_alphabetic) && crate::kind::is_mail(bytes)
}

fn root_of_mhtml(bytes: &[u8]) -> Result<Decoded, IngestError> {
    let message = eml::parse(bytes)?;
    let root = message.html_bodies().next();
    let root = root.ok_or_else(|| IngestError::damaged("the page in it is missing"))?;
    let label = root
        .content_type()
        .and_then(|kind| kind.attribute("charset"));
    Ok(decode_as(&eml::content(root, &message), label))
}

/// Reads a page of HTML or XHTML.
pub(super) fn read(html: &str) -> Page {
    let is_xml = html
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with("<?xml");
    let page = read_with(html, is_xml, true);
    match page {
        Ok(page) => page,
        // Something hidden was never closed: better to show it than to lose the rest.
        Err(reader::Unclosed) => read_with(html, is_xml, false).unwrap_or(Page {
            title: None,
            blocks: Vec::new(),
        }),
    }
}

fn read_with(html: &str, is_xml: bool, hides: bool) -> Result<Page, reader::Unclosed> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let sink = Sink::new(Reader::new(is_xml, hides));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer
        .sink
        .into_reader()
        .finish()
        .map(|(title, blocks)| Page {
            title: title
                .map(|title| tidy::line(&title))
                .filter(|title| !title.is_empty()),
            blocks,
        })
}

#[cfg(test)]
mod tests;
