//! The document around the pages: opening it, its title, layers and forms.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, String as Text};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::owner;
use super::strings::text_string;
use crate::error::IngestError;
use crate::extract::Given;
use crate::tidy;

/// Forms within forms.
const MAX_FIELD_DEPTH: usize = 16;
/// More fields are no form that a person filled in.
const MAX_FIELDS: usize = 5000;

/// Opens a PDF with the given password, the user's or the owner's; or with none, which
/// also opens files that only restrict what may be done with them.
pub(super) fn open(bytes: &[u8], given: &Given<'_>) -> Result<Pdf, IngestError> {
    let users = given
        .password
        .and_then(|password| owner::user_password(bytes, password));
    let given_one = given.password.map(str::to_owned);
    let passwords = given_one.into_iter().chain(users).chain([String::new()]);
    let open_pages = owner::with_open_pages(bytes);
    let bytes = Arc::new(open_pages.unwrap_or_else(|| bytes.to_vec()));
    let mut refusal = IngestError::locked(given);
    for password in passwords {
        let load = || Pdf::new_with_password(Arc::clone(&bytes), &password);
        match catch_unwind(AssertUnwindSafe(load)) {
            Ok(Ok(pdf)) => return Ok(pdf),
            Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => {}
            Ok(Err(LoadPdfError::Decryption(_))) => {
                refusal = IngestError::damaged("it is encrypted in a way that is not known");
            }
            // What is broken and encrypted opens with its password only.
            Ok(Err(LoadPdfError::Invalid)) if owner::is_encrypted(&bytes) => {}
            Ok(Err(LoadPdfError::Invalid)) | Err(_) => {
                return Err(IngestError::damaged("its PDF structure is broken"));
            }
        }
    }
    Err(refusal)
}

/// The title from the document's properties.
pub(super) fn title(pdf: &Pdf) -> Option<String> {
    let title = text_string(pdf.metadata().title.as_deref()?);
    Some(tidy::line(&title)).filter(|title| !title.is_empty())
}

/// Layers that are not shown.
pub(super) fn hidden_layers(pdf: &Pdf) -> HashSet<ObjectIdentifier> {
    let layers = || -> Option<HashSet<ObjectIdentifier>> {
        let properties = catalog(pdf)?.get::<Dict<'_>>(b"OCProperties")?;
        let config = properties.get::<Dict<'_>>(b"D")?;
        let named = |dict: &Dict<'_>, key: &[u8]| -> Vec<ObjectIdentifier> {
            let layers = dict.get::<Array<'_>>(key).into_iter();
            layers
                .flat_map(|layers| layers.raw_iter())
                .filter_map(|layer| Some(layer.as_obj_ref()?.into()))
                .collect()
        };
        let all_off = config
            .get::<Name<'_>>(b"BaseState")
            .is_some_and(|state| state.as_ref() == b"OFF");
        let mut hidden: HashSet<_> = if all_off {
            named(&properties, b"OCGs").into_iter().collect()
        } else {
            HashSet::new()
        };
        for shown in named(&config, b"ON") {
            hidden.remove(&shown);
        }
        hidden.extend(named(&config, b"OFF"));
        Some(hidden)
    };
    layers().unwrap_or_default()
}

/// What was typed or chosen in form fields.
pub(super) fn form_values(pdf: &Pdf) -> Vec<String> {
    let fields = catalog(pdf)
        .and_then(|catalog| catalog.get::<Dict<'_>>(b"AcroForm"))
        .and_then(|form| form.get::<Array<'_>>(b"Fields"));
    let mut values = Vec::new();
    if let Some(fields) = fields {
        let mut left = MAX_FIELDS;
        collect_values(&fields, None, 0, &mut left, &mut values);
    }
    values
}

fn collect_values(
    fields: &Array<'_>,
    inherited: Option<&[u8]>,
    depth: usize,
    left: &mut usize,
    values: &mut Vec<String>,
) {
    for field in fields.iter::<Dict<'_>>() {
        if *left == 0 || depth > MAX_FIELD_DEPTH {
            return;
        }
        *left -= 1;
        let own = field.get::<Name<'_>>(b"FT");
        let kind = own.as_deref().or(inherited);
        if matches!(kind, Some(b"Tx" | b"Ch")) {
            values.extend(value(&field));
        }
        if let Some(kids) = field.get::<Array<'_>>(b"Kids") {
            collect_values(&kids, kind, depth + 1, left, values);
        }
    }
}

fn value(field: &Dict<'_>) -> Option<String> {
    let text = match field.get::<Object<'_>>(b"V")? {
        Object::String(text) => text_string(text.as_bytes()),
        Object::Array(choices) => choices
            .iter::<Text<'_>>()
            .map(|choice| text_string(choice.as_bytes()))
            .collect::<Vec<_>>()
            .join(", "),
        _ => return None,
    };
    Some(tidy::lines(&text)).filter(|text| !text.is_empty())
}

fn catalog(pdf: &Pdf) -> Option<Dict<'_>> {
    pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())
}
