//! E-mail messages: what was written, by whom, when, and what was attached.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{
    Address, ContentType, Encoding, Message, MessageParser, MessagePart, MimeHeaders as _, PartType,
};

use crate::error::IngestError;
use crate::extract::decode::decode_as;
use crate::extract::{Block, BlockKind, Extracted, html, text};
use crate::kind::FileKind;
use crate::tidy;

/// A file that came with a message.
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Reads a message: its subject as heading, who wrote when to whom as a paragraph,
/// the text, and the names of what was attached as a list.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let message = parse(bytes)?;
    let title = message
        .subject()
        .map(tidy::line)
        .filter(|title| !title.is_empty());
    let heading = |title: &String| Block::new(BlockKind::Heading { level: 1 }, title.as_str());
    let mut blocks: Vec<Block> = title.iter().map(heading).collect();
    blocks.extend(paragraph(&envelope(&message)));
    let (body, notes) = body(&message);
    blocks.extend(body);
    blocks.extend(list_of_attachments(&message));
    Ok(Extracted {
        kind: FileKind::Eml,
        title,
        page_count: None,
        blocks,
        pictures: Vec::new(),
        notes,
    })
}

/// The structure of a message.
pub(crate) fn parse(bytes: &[u8]) -> Result<Message<'_>, IngestError> {
    MessageParser::default()
        .parse(bytes)
        .ok_or_else(|| IngestError::damaged("it is no e-mail message"))
}

/// The files that came with a message, in order. Pictures that stand in its text
/// (letter-heads, logos) are no files of their own.
pub(crate) fn attachments(message: &Message<'_>) -> Vec<Attachment> {
    let parts = message.attachments().filter(|part| is_file(part));
    parts
        .zip(1..)
        .map(|(part, number)| Attachment {
            name: attachment_name(part, number),
            bytes: content(part, message),
        })
        .collect()
}

fn is_file(part: &MessagePart<'_>) -> bool {
    let of_type = |name: &str| part.content_type().is_some_and(|kind| kind.ctype() == name);
    let attached = part
        .content_disposition()
        .is_some_and(ContentType::is_attachment);
    let shown = part.content_id().is_some() || part.content_location().is_some();
    let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_));
    match part.body {
        PartType::Multipart(_) => false,
        // The other version of a text that is read already.
        _ if is_text => attached || part.attachment_name().is_some(),
        _ => attached || !(of_type("image") && shown),
    }
}

fn attachment_name(part: &MessagePart<'_>, number: usize) -> String {
    if let Some(name) = part
        .attachment_name()
        .map(tidy::line)
        .filter(|name| !name.is_empty())
    {
        return name;
    }
    match &part.body {
        PartType::Message(inner) => {
            let subject = inner.subject().map(tidy::line).unwrap_or_default();
            let subject: String = subject.chars().take(80).collect();
            match subject.as_str() {
                "" => format!("message {number}.eml"),
                subject => format!("{subject}.eml"),
            }
        }
        PartType::Html(_) => format!("attachment {number}.html"),
        PartType::Text(_) => format!("attachment {number}.txt"),
        _ => format!("attachment {number}"),
    }
}

/// The bytes of a part as they were before they were wrapped for the way.
pub(super) fn content(part: &MessagePart<'_>, message: &Message<'_>) -> Vec<u8> {
    let wrapped = message
        .raw_message
        .get(part.offset_body as usize..part.offset_end as usize);
    let unwrapped = match (wrapped, part.encoding) {
        (Some(wrapped), Encoding::None) => Some(wrapped.to_vec()),
        (Some(wrapped), Encoding::QuotedPrintable) => quoted_printable_decode(wrapped),
        (Some(wrapped), Encoding::Base64) => base64_decode(wrapped),
        (None, _) => None,
    };
    unwrapped.unwrap_or_else(|| part.contents().to_vec())
}

fn paragraph(raw: &str) -> Option<Block> {
    let text = tidy::lines(raw);
    (!text.is_empty()).then(|| Block::new(BlockKind::Paragraph, text))
}

/// Who wrote to whom and when, a line each.
fn envelope(message: &Message<'_>) -> String {
    let people = [
        ("From", message.from()),
        ("To", message.to()),
        ("Cc", message.cc()),
    ];
    let mut lines: Vec<String> = people
        .into_iter()
        .filter_map(|(what, whom)| Some(format!("{what}: {}", listed(whom?)?)))
        .collect();
    if let Some(date) = message.date().filter(|date| date.is_valid()) {
        lines.push(format!(
            "Date: {:04}-{:02}-{:02} {:02}:{:02}",
            date.year, date.month, date.day, date.hour, date.minute
        ));
    }
    lines.join("\n")
}

fn listed(whom: &Address<'_>) -> Option<String> {
    let people: Vec<String> = whom
        .iter()
        .filter_map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
            (name, address) => name.or(address).map(str::to_owned),
        })
        .collect();
    (!people.is_empty()).then(|| people.join(", "))
}

/// The text of the message: as it was written plainly, else from its HTML.
fn body(message: &Message<'_>) -> (Vec<Block>, Vec<String>) {
    let (mut blocks, mut notes) = (Vec::new(), Vec::new());
    for part in message.text_bodies() {
        let label = part
            .content_type()
            .and_then(|kind| kind.attribute("charset"));
        let decoded = decode_as(&content(part, message), label);
        match &part.body {
            PartType::Text(_) => blocks.extend(text::read(&decoded).blocks),
            PartType::Html(_) => blocks.extend(html::read(&decoded.text).blocks),
            _ => continue,
        }
        notes.extend(decoded.guess_note());
    }
    (blocks, notes)
}

fn list_of_attachments(message: &Message<'_>) -> Vec<Block> {
    let files = attachments(message);
    if files.is_empty() {
        return Vec::new();
    }
    let item = |file: &Attachment| Block::new(BlockKind::ListItem, tidy::line(&file.name));
    let mut blocks = vec![Block::new(BlockKind::Paragraph, "Attachments:")];
    blocks.extend(files.iter().map(item));
    blocks
}

#[cfg(test)]
mod tests;
