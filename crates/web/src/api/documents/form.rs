//! The form of an upload: parts in any order, the file streamed to disk.

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};

use crate::error::{Error, FieldProblem};
use crate::secret::Secret;
use crate::sent::{SentFile, broken, text};
use crate::state::AppState;

/// A form that has been read to its end, its parts not yet checked.
#[derive(Debug, Default)]
pub(super) struct UploadForm {
    /// The file.
    pub(super) file: Option<SentFile>,
    /// What is said about it: JSON.
    pub(super) metadata: Option<String>,
    /// Whether it is fit for the public: a boolean.
    pub(super) sensitivity_confirmed: Option<String>,
    /// What opens the file.
    pub(super) password: Option<Secret>,
}

impl FromRequest<AppState> for UploadForm {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Error::Unprocessable("Send the file as multipart/form-data.".into()))?;
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            form.take(part, state).await?;
        }
        Ok(form)
    }
}

impl UploadForm {
    async fn take(&mut self, part: Field<'_>, state: &AppState) -> Result<(), Error> {
        match part.name() {
            Some("file") => {
                if self.file.is_some() {
                    return Err(Error::field("file", "send one file at a time"));
                }
                self.file = SentFile::receive(part, state).await?;
            }
            Some("metadata") => self.metadata = Some(text("metadata", part).await?),
            Some("sensitivity_confirmed") => {
                self.sensitivity_confirmed = Some(text("sensitivity_confirmed", part).await?);
            }
            Some("password") => self.password = Secret::new(text("password", part).await?),
            _ => {}
        }
        Ok(())
    }

    /// The parts that are needed and not there.
    pub(super) fn missing(&self) -> Vec<FieldProblem> {
        let parts = [
            ("file", self.file.is_some()),
            ("metadata", self.metadata.is_some()),
            (
                "sensitivity_confirmed",
                self.sensitivity_confirmed.is_some(),
            ),
        ];
        let missing = parts.iter().filter(|(_, is_there)| !is_there);
        missing
            .map(|(name, _)| FieldProblem::missing(name))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_form_lacks_everything() {
        let missing = UploadForm::default().missing();
        let names: Vec<_> = missing.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(names, ["file", "metadata", "sensitivity_confirmed"]);
        assert!(missing.iter().all(|p| p.kind == "missing"));
    }
}
