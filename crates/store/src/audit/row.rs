//! How a row is written out before it is hashed (`docs/audit.md` says it for
//! everybody).

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The hash of a seal.
pub(super) type Hash = [u8; 32];

/// What the first seal has in place of one before it.
pub(super) const NOTHING_BEFORE: Hash = [0; 32];

/// A row with every value as PostgreSQL writes it: `details` as the text of the
/// `jsonb`, moments as seconds since 1970. Values that no Rust type can hold, which
/// somebody may have put there, are texts as well.
#[derive(Debug, Clone)]
pub(super) struct RowText {
    pub(super) log_id: Uuid,
    pub(super) event_type: String,
    pub(super) entity_type: Option<String>,
    pub(super) entity_id: Option<Uuid>,
    pub(super) user_id: Option<String>,
    pub(super) details: Option<String>,
    pub(super) created_at: String,
}

impl RowText {
    /// The hash of the seal with this number, made at this moment, after this one.
    pub(super) fn hash(&self, previous: &[u8], seq: i64, sealed_at: &str) -> Hash {
        let mut sha256 = Sha256::new();
        sha256.update(previous);
        sha256.update(seq.to_be_bytes());
        let (log_id, entity_id) = (self.log_id.to_string(), self.entity_id.map(text));
        for field in [
            Some(sealed_at),
            Some(&log_id),
            Some(&self.event_type),
            self.entity_type.as_deref(),
            entity_id.as_deref(),
            self.user_id.as_deref(),
            self.details.as_deref(),
            Some(&self.created_at),
        ] {
            update_field(&mut sha256, field);
        }
        sha256.finalize().into()
    }
}

fn text(id: Uuid) -> String {
    id.to_string()
}

/// A field cannot run into the next one, and an empty one is not a missing one.
fn update_field(sha256: &mut Sha256, field: Option<&str>) {
    match field {
        None => sha256.update([0]),
        Some(text) => {
            sha256.update([1]);
            sha256.update(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
            sha256.update(text.as_bytes());
        }
    }
}

/// Microseconds since 1970 of a moment as [`RowText`] has it; `None` for infinity.
pub(super) fn micros(seconds: &str) -> Option<i64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let fraction: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(sign * fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> RowText {
        RowText {
            log_id: Uuid::from_u128(1),
            event_type: "output.update".into(),
            entity_type: Some("output".into()),
            entity_id: Some(Uuid::from_u128(2)),
            user_id: None,
            details: Some("{}".into()),
            created_at: "1764000000.000000".into(),
        }
    }

    #[test]
    fn every_part_counts() {
        let whole = row().hash(&NOTHING_BEFORE, 1, "1764000001.000000");
        let with = |change: fn(&mut RowText)| {
            let mut row = row();
            change(&mut row);
            row.hash(&NOTHING_BEFORE, 1, "1764000001.000000")
        };
        for other in [
            with(|row| row.log_id = Uuid::nil()),
            with(|row| row.event_type = "output.updat".into()),
            with(|row| row.entity_type = None),
            with(|row| row.entity_id = None),
            with(|row| row.user_id = Some(String::new())),
            with(|row| row.details = Some("{ }".into())),
            with(|row| row.created_at = "1764000000.000001".into()),
            row().hash(&[1; 32], 1, "1764000001.000000"),
            row().hash(&NOTHING_BEFORE, 2, "1764000001.000000"),
            row().hash(&NOTHING_BEFORE, 1, "1764000001.000001"),
        ] {
            assert_ne!(other, whole);
        }
    }

    #[test]
    fn nothing_moves_from_one_field_to_the_next() {
        let mut other = row();
        other.event_type = "output.update\u{1}".into();
        other.entity_type = Some("utput".into());
        let hash = |row: &RowText| row.hash(&NOTHING_BEFORE, 1, "0");
        assert_ne!(hash(&other), hash(&row()));
    }

    #[test]
    fn moments_are_read() {
        assert_eq!(micros("1764000000.120000"), Some(1_764_000_000_120_000));
        assert_eq!(micros("-0.5"), Some(-500_000));
        assert_eq!(micros("12"), Some(12_000_000));
        assert_eq!(micros("Infinity"), None);
    }
}
