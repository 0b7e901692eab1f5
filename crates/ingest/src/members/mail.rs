//! The attachments of an e-mail.

use std::path::Path;

use super::{Fault, Unpacker, name};
use crate::extract::eml;

impl Unpacker<'_> {
    pub(super) fn open_mail(
        &mut self,
        path: &Path,
        prefix: &str,
        depth: usize,
    ) -> Result<(), Fault> {
        let bytes = std::fs::read(path).map_err(|error| Fault::All(error.into()))?;
        let message = eml::parse(&bytes).map_err(Fault::One)?;
        for attachment in eml::attachments(&message) {
            // A name is one name: folders in it are nobody's wish.
            let name = attachment.name.replace(['/', '\\'], "_");
            let name = format!("{prefix}{}", name::harmless(&name));
            match self.store.write(&mut attachment.bytes.as_slice()) {
                Ok(file) => self.settle(name, file, depth)?,
                Err(Fault::One(error)) => self.store.found(name, Err(error))?,
                Err(all) => return Err(all),
            }
        }
        Ok(())
    }
}
