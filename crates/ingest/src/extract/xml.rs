//! XML as office programs write it: names without their prefixes, empty tags as pairs.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Receives the parts of an XML document, in order.
pub(crate) trait Visitor {
    /// A tag opens; `name` has no namespace prefix, as strict and transitional
    /// documents differ in namespaces only.
    fn open(&mut self, name: &str, tag: &BytesStart<'_>);
    /// A tag closes, also one that was written as empty.
    fn close(&mut self, _name: &str) {}
    /// Text, entities resolved.
    fn text(&mut self, _text: &str) {}
}

/// Walks over `xml`. Document type declarations are not read, so no entity but the
/// five of XML and character references means anything. Returns false when the XML
/// breaks off; what came before has been visited.
#[must_use]
pub(crate) fn walk(xml: &str, visitor: &mut impl Visitor) -> bool {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => visitor.open(tag.local_name().as_ref(), &tag),
            Ok(Event::End(tag)) => visitor.close(tag.local_name().as_ref()),
            Ok(Event::Empty(tag)) => {
                visitor.open(tag.local_name().as_ref(), &tag);
                visitor.close(tag.local_name().as_ref());
            }
            Ok(Event::Text(text)) => visitor.text(&text.xml10_content()),
            Ok(Event::CData(text)) => visitor.text(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => visitor.text(&resolve(&reference)),
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Eof) => return true,
            Err(_) => return false,
        }
    }
}

fn resolve(reference: &BytesRef<'_>) -> String {
    let named = match &**reference {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    };
    match reference.resolve_char_ref() {
        Ok(Some(c)) => c.to_string(),
        _ => named.to_owned(),
    }
}

/// The value of an attribute, by its name without prefix.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag
        .attributes()
        .flatten()
        .find(|found| found.key.local_name().as_ref() == name)?;
    Some(
        attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .ok()?
            .into_owned(),
    )
}

/// An on/off property: present means on, unless its value says otherwise.
pub(crate) fn is_on(tag: &BytesStart<'_>) -> bool {
    !matches!(
        attribute(tag, "val").as_deref(),
        Some("0" | "false" | "off" | "none")
    )
}

/// The text in the first element of a name, its children's included, when the whole
/// document is well-formed.
pub(crate) fn first_text(xml: &str, name: &str) -> Option<String> {
    struct First<'a> {
        name: &'a str,
        depth: usize,
        text: Option<String>,
        done: bool,
    }
    impl Visitor for First<'_> {
        fn open(&mut self, name: &str, _: &BytesStart<'_>) {
            if self.depth > 0 {
                self.depth += 1;
            } else if name == self.name && !self.done {
                self.depth = 1;
                self.text = Some(String::new());
            }
        }

        fn close(&mut self, _: &str) {
            self.done |= self.depth == 1;
            self.depth = self.depth.saturating_sub(1);
        }

        fn text(&mut self, text: &str) {
            if let Some(found) = self.text.as_mut().filter(|_| self.depth > 0) {
                found.push_str(text);
            }
        }
    }
    let mut first = First {
        name,
        depth: 0,
        text: None,
        done: false,
    };
    walk(xml, &mut first).then_some(first.text)?
}

/// What to say of a document whose XML breaks off.
pub(crate) fn broken_note(broken: bool) -> Option<String> {
    broken.then(|| "The document is damaged; the text after the damage is missing.".to_owned())
}

/// The value of an attribute that has a prefix: `r:id`, where there is an `id` too.
pub(crate) fn prefixed(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag
        .attributes()
        .flatten()
        .find(|found| found.key.prefix().is_some() && found.key.local_name().as_ref() == name)?;
    Some(
        attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .ok()?
            .into_owned(),
    )
}
