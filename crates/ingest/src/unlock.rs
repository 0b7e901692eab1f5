//! Office packages inside an encrypted container ([MS-OFFCRYPTO]): opened before
//! anything else looks at the file, as only then it shows what it is. And the ciphers of
//! formats that their readers open.

mod agile;
pub(crate) mod cipher;
pub(crate) mod rc4;
mod standard;
pub(crate) mod xor;

use std::borrow::Cow;

use crate::compound::CompoundFile;
use crate::error::IngestError;
use crate::extract::Given;

/// What Office itself encrypts with when a document is only protected from changes:
/// every program opens such a file without asking.
pub(crate) const DEFAULT_PASSWORD: &str = "VelvetSweatshop";

/// The file as it was before it was encrypted; any other file as it is.
///
/// Tries the password that Office uses where nobody chose one, then the given one. A
/// container that stays closed is [`IngestError::Encrypted`] or
/// [`IngestError::WrongPassword`].
pub(crate) fn unlock<'a>(bytes: &'a [u8], given: &Given<'_>) -> Result<Cow<'a, [u8]>, IngestError> {
    let Some(locked) = Locked::find(bytes) else {
        return Ok(Cow::Borrowed(bytes));
    };
    let scheme = Scheme::read(&locked.info)?;
    let passwords = [Some(DEFAULT_PASSWORD), given.password];
    for password in passwords.into_iter().flatten() {
        if let Some(package) = scheme.decrypt(password, &locked.package)? {
            return Ok(Cow::Owned(package));
        }
    }
    Err(IngestError::locked(given))
}

/// The two streams of an encrypted package.
struct Locked {
    info: Vec<u8>,
    package: Vec<u8>,
}

impl Locked {
    fn find(bytes: &[u8]) -> Option<Self> {
        let file = CompoundFile::open(bytes)?;
        Some(Self {
            info: file.stream("EncryptionInfo")?,
            package: file.stream("EncryptedPackage")?,
        })
    }
}

/// How a package is encrypted.
enum Scheme {
    /// Office 2007: AES in blocks, each for itself.
    Standard(standard::Standard),
    /// Office 2010 and later: described in XML.
    Agile(agile::Agile),
}

impl Scheme {
    fn read(info: &[u8]) -> Result<Self, IngestError> {
        let (version, rest) = info.split_at_checked(4).ok_or_else(broken)?;
        let read = match version {
            [4, 0, 4, 0] => agile::Agile::read(rest.get(4..).ok_or_else(broken)?).map(Self::Agile),
            [2..=4, 0, 2, 0] => standard::Standard::read(rest).map(Self::Standard),
            _ => None,
        };
        read.ok_or_else(|| IngestError::UnknownType {
            found: "a locked document whose encryption is not known".into(),
        })
    }

    /// The package, or `None` when the password is another.
    fn decrypt(&self, password: &str, package: &[u8]) -> Result<Option<Vec<u8>>, IngestError> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (size, data) = package.split_first_chunk().ok_or_else(broken)?;
        let decrypted = match self {
            Self::Standard(standard) => standard.decrypt(&password, data),
            Self::Agile(agile) => agile.decrypt(&password, data),
        };
        let size = usize::try_from(u64::from_le_bytes(*size)).unwrap_or(usize::MAX);
        Ok(decrypted.map(|mut bytes| {
            bytes.truncate(size);
            bytes
        }))
    }
}

fn broken() -> IngestError {
    IngestError::damaged("its encryption is not described")
}

#[cfg(test)]
pub(crate) mod tests;
