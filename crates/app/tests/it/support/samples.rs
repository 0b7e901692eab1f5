//! Documents and outputs that read like sentences.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::files;

/// A document named `name`, of whose kind its file is made.
pub(crate) fn a_document(name: &str) -> Document {
    Document {
        name: name.to_owned(),
        bytes: Vec::new(),
        metadata: json!({ "doc_type": "Other", "year": 2024 }),
        confirmed: "true",
        password: None,
    }
}

/// A file with what is said about it.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    name: String,
    bytes: Vec<u8>,
    metadata: Value,
    confirmed: &'static str,
    password: Option<String>,
}

impl Document {
    /// One text for each page (joined, where the kind of file has no pages).
    pub(crate) fn saying(self, pages: &[&str]) -> Self {
        let bytes = files::of_name(&self.name, pages);
        self.with_bytes(bytes)
    }

    pub(crate) fn with_bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.bytes = bytes.into();
        self
    }

    pub(crate) fn of_type(self, doc_type: &str) -> Self {
        self.with("doc_type", json!(doc_type))
    }

    pub(crate) fn of_year(self, year: i32) -> Self {
        self.with("year", json!(year))
    }

    pub(crate) fn filed_under(self, program: &str) -> Self {
        self.with("programs", json!([program]))
    }

    pub(crate) fn tagged(self, tag: &str) -> Self {
        self.with("tags", json!([tag]))
    }

    pub(crate) fn with_outcome(self, outcome: &str) -> Self {
        self.with("outcome", json!(outcome))
    }

    pub(crate) fn for_funder(self, funder: &str) -> Self {
        self.with("funder", json!(funder))
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.metadata[field] = value;
        self
    }

    /// Metadata as it should not be.
    pub(crate) fn described_as(mut self, metadata: Value) -> Self {
        self.metadata = metadata;
        self
    }

    /// Without the confirmation that it is fit for the public.
    pub(crate) fn unconfirmed(mut self) -> Self {
        self.confirmed = "false";
        self
    }

    pub(crate) fn opened_by(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_form(self) -> Form {
        let file = Part::bytes(self.bytes).file_name(self.name);
        let form = Form::new()
            .part("file", file)
            .text("metadata", self.metadata.to_string())
            .text("sensitivity_confirmed", self.confirmed);
        match self.password {
            Some(password) => form.text("password", password),
            None => form,
        }
    }
}

/// The body of a new output.
pub(crate) fn an_output(title: &str) -> Output {
    Output(json!({
        "output_type": "grant_proposal",
        "title": title,
        "content": "Our board of eleven members meets every month.",
    }))
}

/// A new output.
#[derive(Debug, Clone)]
pub(crate) struct Output(Value);

impl Output {
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }

    pub(crate) fn asking(self, funder: &str, amount: impl Into<Value>) -> Self {
        self.with("funder_name", funder)
            .with("requested_amount", amount)
    }

    pub(crate) fn body(&self) -> &Value {
        &self.0
    }
}
