//! Messages of our own to clients.

use bytes::{BufMut, BytesMut};

use super::message::{Fields, Message};

/// How grave a [`Refusal`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Warning,
    Error,
    /// The connection ends with it.
    Fatal,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// An error or a notice in PostgreSQL's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) severity: Severity,
    /// SQLSTATE, five characters.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// What to do instead.
    pub(crate) hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    pub(crate) fn fatal(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Fatal, code, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Writes messages to a client's buffer.
pub(crate) struct Reply<'a>(pub(crate) &'a mut BytesMut);

impl Reply<'_> {
    pub(crate) fn authentication_ok(&mut self) {
        self.message(b'R', |body| body.put_i32(0));
    }

    /// Asks for the password, in plain text: it does not leave the machine.
    pub(crate) fn ask_password(&mut self) {
        self.message(b'R', |body| body.put_i32(3));
    }

    pub(crate) fn parameter(&mut self, name: &str, value: &str) {
        self.message(b'S', |body| {
            put_text(body, name);
            put_text(body, value);
        });
    }

    pub(crate) fn key(&mut self, process: i32, secret: i32) {
        self.message(b'K', |body| {
            body.put_i32(process);
            body.put_i32(secret);
        });
    }

    /// Says that we speak version 3.0 and none of these options.
    pub(crate) fn negotiate(&mut self, options: &[String]) {
        self.message(b'v', |body| {
            body.put_i32(0);
            body.put_i32(i32::try_from(options.len()).unwrap_or(i32::MAX));
            for option in options {
                put_text(body, option);
            }
        });
    }

    /// Ready for the next request. The status is that of the client's
    /// transaction: `I` none, `T` open, `E` failed.
    pub(crate) fn ready(&mut self, status: u8) {
        self.message(b'Z', |body| body.put_u8(status));
    }

    pub(crate) fn complete(&mut self, tag: &str) {
        self.message(b'C', |body| put_text(body, tag));
    }

    pub(crate) fn refuse(&mut self, refusal: &Refusal) {
        let kind = match refusal.severity {
            Severity::Warning => b'N',
            Severity::Error | Severity::Fatal => b'E',
        };
        self.message(kind, |body| {
            let severity = refusal.severity.word();
            let fields = [
                (b'S', severity),
                (b'V', severity),
                (b'C', refusal.code),
                (b'M', &refusal.message),
            ];
            let hint = refusal.hint.as_deref().map(|hint| (b'H', hint));
            for (kind, text) in fields.into_iter().chain(hint) {
                body.put_u8(kind);
                put_text(body, text);
            }
            body.put_u8(0);
        });
    }

    /// A message without a body, such as `1` (ParseComplete).
    pub(crate) fn plain(&mut self, kind: u8) {
        self.message(kind, |_| ());
    }

    /// Says that a statement has no parameters.
    pub(crate) fn no_parameters(&mut self) {
        self.message(b't', |body| body.put_i16(0));
    }

    fn message(&mut self, kind: u8, body: impl FnOnce(&mut BytesMut)) {
        write(self.0, kind, body);
    }
}

/// Appends a message with this body.
pub(super) fn write(buffer: &mut BytesMut, kind: u8, body: impl FnOnce(&mut BytesMut)) {
    buffer.put_u8(kind);
    let start = buffer.len();
    buffer.put_i32(0);
    body(buffer);
    let length = u32::try_from(buffer.len() - start).unwrap_or(u32::MAX);
    buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

fn put_text(buffer: &mut BytesMut, text: &str) {
    buffer.extend_from_slice(text.as_bytes());
    buffer.put_u8(0);
}

/// Copies an error of the server into the buffer, with our hint after its own
/// when `hint` has one for its SQLSTATE.
pub(crate) fn with_hint(
    buffer: &mut BytesMut,
    error: &Message,
    hint: impl FnOnce(&str) -> Option<String>,
) {
    let fields = fields_of(error);
    let code = fields.iter().find(|(kind, _)| *kind == b'C');
    let Some(ours) = code.and_then(|(_, code)| hint(code)) else {
        buffer.extend_from_slice(error.bytes());
        return;
    };
    let theirs = fields.iter().find(|(kind, _)| *kind == b'H');
    let hint = theirs.map_or_else(|| ours.clone(), |(_, theirs)| format!("{theirs} {ours}"));
    write(buffer, b'E', |body| {
        let rest = fields.iter().filter(|(kind, _)| *kind != b'H').copied();
        for (kind, text) in rest.chain([(b'H', hint.as_str())]) {
            body.put_u8(kind);
            put_text(body, text);
        }
        body.put_u8(0);
    });
}

/// The fields of an error or notice: a letter and a text each.
pub(super) fn fields_of(message: &Message) -> Vec<(u8, &str)> {
    let mut fields = Fields(message.body());
    let mut found = Vec::new();
    while let (Ok(kind @ 1..), Ok(text)) = (fields.byte(), fields.text()) {
        found.push((kind, text));
    }
    found
}

impl Message {
    /// The main text of an error or notice.
    pub(crate) fn text_of_error(&self) -> &str {
        let fields = fields_of(self);
        let found = fields.iter().find(|(kind, _)| *kind == b'M');
        found.map_or("", |(_, text)| text)
    }

    /// The SQLSTATE of an error or notice.
    pub(crate) fn code_of_error(&self) -> &str {
        let fields = fields_of(self);
        let found = fields.iter().find(|(kind, _)| *kind == b'C');
        found.map_or("", |(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &'static str) -> Message {
        let mut buffer = BytesMut::new();
        Reply(&mut buffer).refuse(&Refusal::error(code, "no").hint("Theirs."));
        Message::take(&mut buffer).unwrap().unwrap()
    }

    #[test]
    fn a_hint_joins_that_of_the_server() {
        let mut buffer = BytesMut::new();
        with_hint(&mut buffer, &error("25001"), |_| Some("Ours.".to_owned()));
        let changed = Message::take(&mut buffer).unwrap().unwrap();
        let fields = fields_of(&changed);
        assert_eq!(fields.last(), Some(&(b'H', "Theirs. Ours.")));
        assert_eq!(changed.code_of_error(), "25001");
        assert_eq!(changed.text_of_error(), "no");
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        let mut buffer = BytesMut::new();
        let original = error("23505");
        with_hint(&mut buffer, &original, |_| None);
        assert_eq!(&buffer[..], original.bytes());
    }
}
