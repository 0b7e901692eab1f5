//! Tokens: JSON web tokens for the API, random secrets for cookies, and the
//! hashes under which sessions are kept.

use archivist_domain::UserId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::seal::Seal;
use crate::blobs::hex;

/// How long a refresh token lives.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(7);

/// What a token is for. Access tokens of the original carry no such claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Use {
    Access,
    Refresh,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    exp: i64,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    used_for: Option<Use>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<Uuid>,
}

/// Signs and reads tokens (HS256), and seals secrets that have to wait.
pub struct TokenKeys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    seal: Seal,
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKeys(…)")
    }
}

impl TokenKeys {
    /// Keys from a shared secret.
    pub fn from_secret(secret: &[u8]) -> Self {
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            seal: Seal::from_secret(secret),
        }
    }

    /// A text that has to wait in the database, sealed; it opens only for the same
    /// `purpose`.
    pub fn seal(&self, text: &str, purpose: &str) -> Vec<u8> {
        self.seal.close(text, purpose)
    }

    /// What was sealed; `None` where it was by other keys or for another purpose.
    pub fn unseal(&self, sealed: &[u8], purpose: &str) -> Option<String> {
        self.seal.open(sealed, purpose)
    }

    /// A new access token that ends at `expires`.
    pub fn access(&self, user: UserId, now: DateTime<Utc>, expires: DateTime<Utc>) -> String {
        self.sign(user, Use::Access, now, expires)
    }

    /// A new refresh token that ends at `expires`.
    pub fn refresh(&self, user: UserId, now: DateTime<Utc>, expires: DateTime<Utc>) -> String {
        self.sign(user, Use::Refresh, now, expires)
    }

    /// The user of a valid access token: signed by us, not ended, not a refresh token.
    pub fn read_access(&self, token: &str, now: DateTime<Utc>) -> Option<UserId> {
        let claims = self.read(token, now)?;
        (claims.used_for != Some(Use::Refresh)).then_some(UserId(claims.sub))
    }

    /// The user of a valid refresh token.
    pub fn read_refresh(&self, token: &str, now: DateTime<Utc>) -> Option<UserId> {
        let claims = self.read(token, now)?;
        (claims.used_for == Some(Use::Refresh)).then_some(UserId(claims.sub))
    }

    fn sign(
        &self,
        user: UserId,
        used_for: Use,
        now: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> String {
        let claims = Claims {
            sub: user.0,
            exp: expires.timestamp(),
            used_for: Some(used_for),
            iat: Some(now.timestamp()),
            // Two tokens of the same second differ.
            jti: Some(Uuid::new_v4()),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .expect("claims of plain numbers and texts can be signed")
    }

    fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The end is compared with our own clock below.
        validation.validate_exp = false;
        let claims = decode::<Claims>(token, &self.decoding, &validation)
            .ok()?
            .claims;
        (claims.exp > now.timestamp()).then_some(claims)
    }
}

/// What the database keeps of a token.
pub fn hash(token: &str) -> String {
    format!("sha256:{}", hex(&Sha256::digest(token.as_bytes())))
}

/// 256 random bits as text.
pub fn random_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    #[test]
    fn a_token_opens_only_its_own_door_and_only_in_time() {
        let keys = TokenKeys::from_secret(b"key");
        let user = UserId(Uuid::from_u128(7));
        let (access, refresh) = (
            keys.access(user, at(0), at(60)),
            keys.refresh(user, at(0), at(60)),
        );
        assert_eq!(keys.read_access(&access, at(59)), Some(user));
        assert_eq!(keys.read_access(&access, at(60)), None);
        assert_eq!(keys.read_access(&refresh, at(1)), None);
        assert_eq!(keys.read_refresh(&refresh, at(1)), Some(user));
        assert_eq!(keys.read_refresh(&access, at(1)), None);
        assert_eq!(
            TokenKeys::from_secret(b"other").read_access(&access, at(1)),
            None
        );
    }

    #[test]
    fn d_04_a_token_of_the_original_has_no_type_and_is_read() {
        let keys = TokenKeys::from_secret(b"key");
        let claims = Claims {
            sub: Uuid::from_u128(7),
            exp: at(60).timestamp(),
            used_for: None,
            iat: None,
            jti: None,
        };
        let token = encode(&Header::default(), &claims, &keys.encoding).unwrap();
        assert_eq!(keys.read_access(&token, at(1)), Some(UserId(claims.sub)));
    }

    #[test]
    fn two_tokens_of_one_second_differ() {
        let keys = TokenKeys::from_secret(b"key");
        let user = UserId(Uuid::nil());
        assert_ne!(
            keys.access(user, at(0), at(1)),
            keys.access(user, at(0), at(1))
        );
    }
}
