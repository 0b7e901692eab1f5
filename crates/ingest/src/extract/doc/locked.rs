//! Documents locked with a password: RC4 over the streams, as Word 97 to 2003 have it.

use crate::error::IngestError;
use crate::extract::Given;
use crate::unlock::rc4::Lock;

/// The beginning of the main stream is never encrypted.
const OPEN_BYTES: usize = 0x44;
/// Each block has a key of its own.
pub(super) const BLOCK: usize = 512;

/// Decrypts both streams in place; how they are locked stands at the beginning of the
/// table stream.
pub(super) fn unlock(
    main: &mut [u8],
    table: &mut [u8],
    given: &Given<'_>,
) -> Result<(), IngestError> {
    let lock = Lock::read(table).ok_or_else(|| IngestError::UnknownType {
        found: "a locked document whose encryption is not known".into(),
    })?;
    let password = given.password.ok_or(IngestError::Encrypted)?;
    let key = lock.key(password).ok_or(IngestError::WrongPassword)?;
    let open = main.first_chunk::<OPEN_BYTES>().copied();
    key.apply(BLOCK, main);
    if let Some(open) = open {
        main[..OPEN_BYTES].copy_from_slice(&open);
    }
    key.apply(BLOCK, table);
    Ok(())
}
