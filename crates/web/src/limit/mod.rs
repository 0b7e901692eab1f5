//! Limits on how often something may be asked (contract, chapter 5): refused at once,
//! with how long to wait. Who is signed in is counted as a person, wherever from;
//! others by their address.

mod rules;
mod window;

use std::net::{IpAddr, Ipv6Addr};

use archivist_domain::UserId;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use self::window::{Count, Windows};
use crate::accept;
use crate::address;
use crate::auth::{self, session};
use crate::error::Error;
use crate::state::AppState;

/// How many counts are kept: far more than a site has people, and a few megabytes.
const CAPACITY: usize = 20_000;

/// All counts of this process.
#[derive(Debug)]
pub struct Limits {
    /// `None` where nothing is limited.
    windows: Option<Windows<Key>>,
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Person(UserId),
    /// Of an IPv6 address the network: its owner has all the rest of it.
    Address(Option<IpAddr>),
    /// Passwords tried for an account, by the hash of its address: a key of one
    /// length, whatever is sent, and whether there is such an account or not.
    Account([u8; 32]),
}

/// A limit that was reached, and how long to wait.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} allowed in {}: try again in {}",
    counted(self.count.rate.limit, self.what),
    in_words(self.count.rate.window),
    in_words(self.retry_after())
)]
pub struct Reached {
    count: Count,
    what: &'static str,
    /// Whether the address is counted or the person: `ip` or `user`.
    by: &'static str,
}

impl Limits {
    /// With nothing counted yet, or without any limit.
    pub fn new(are_on: bool) -> Self {
        Self {
            windows: are_on.then(|| Windows::new(CAPACITY)),
        }
    }

    /// Counts an attempt to guess the password of an account. One that turns out to
    /// be right is to be forgiven.
    pub(crate) fn guess(&self, email: &str, now: DateTime<Utc>) -> Result<Guess<'_>, Error> {
        let email = email.trim().to_lowercase();
        let key = Key::Account(Sha256::digest(email.as_bytes()).into());
        if let Some(windows) = &self.windows {
            let count = windows.count(&key, rules::WRONG_PASSWORDS, now);
            if !count.is_allowed {
                return Err(Error::TooMany(Reached {
                    count,
                    what: "wrong password",
                    by: "user",
                }));
            }
        }
        Ok(Guess { limits: self, key })
    }
}

/// An attempt that has been counted.
#[derive(Debug)]
#[must_use]
pub(crate) struct Guess<'a> {
    limits: &'a Limits,
    key: Key,
}

impl Guess<'_> {
    /// It was right.
    pub(crate) fn forgive(self) {
        if let Some(windows) = &self.limits.windows {
            windows.take_back(&self.key, rules::WRONG_PASSWORDS);
        }
    }
}

impl Reached {
    /// In how many seconds it is worth trying again.
    pub(crate) fn retry_after(&self) -> u32 {
        self.count.reset.max(1)
    }

    /// How many are allowed.
    pub(crate) fn limit(&self) -> u32 {
        self.count.rate.limit
    }

    /// In which time, as clients know it.
    pub(crate) fn window(&self) -> String {
        window_text(&self.count)
    }

    /// What a reply says of it in its headers.
    pub(crate) fn write_headers(&self, headers: &mut HeaderMap) {
        headers.insert(RETRY_AFTER, self.retry_after().into());
        write_headers(headers, &self.count, self.by);
    }
}

/// Counts a request, and refuses it where the limit is reached. Every reply tells how
/// the count stands.
pub(crate) async fn limit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let rule = rules::rule(
        request.method(),
        request.uri().path(),
        accept::wants_no_waiting(request.uri(), request.headers()),
    );
    let (Some(windows), Some(rule)) = (&state.limits.windows, rule) else {
        return next.run(request).await;
    };
    let person = if rule.by_address {
        None
    } else {
        person(&mut request, &state).await
    };
    let (key, by) = match person {
        Some(person) => (Key::Person(person), "user"),
        None => (address(&request, &state), "ip"),
    };
    let count = windows.count(&key, rule.rate, state.clock.now());
    if !count.is_allowed {
        let what = "request";
        return Error::TooMany(Reached { count, what, by }).into_response();
    }
    let mut response = next.run(request).await;
    if !response.headers().contains_key(RETRY_AFTER) {
        write_headers(response.headers_mut(), &count, by);
    }
    response
}

/// Who is signed in: whoever the token names, or the session behind the cookie.
async fn person(request: &mut Request, state: &AppState) -> Option<UserId> {
    if let Some(token) = auth::bearer_token(request.headers()) {
        // Signed by us; whether its session still lasts is seen later.
        return state.keys.read_access(token, state.clock.now());
    }
    session::find_for(request, state).await
}

fn address(request: &Request, state: &AppState) -> Key {
    let proxies = &state.settings.trusted_proxies;
    let address = address::of_client(request.extensions(), request.headers(), proxies);
    Key::Address(address.map(network))
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

fn write_headers(headers: &mut HeaderMap, count: &Count, by: &'static str) {
    let mut insert = |name, value: HeaderValue| {
        headers.insert(HeaderName::from_static(name), value);
    };
    insert("x-ratelimit-limit", count.rate.limit.into());
    insert("x-ratelimit-type", HeaderValue::from_static(by));
    insert("x-ratelimit-remaining", count.remaining.into());
    insert("x-ratelimit-reset", count.reset.into());
    if let Ok(window) = HeaderValue::from_str(&window_text(count)) {
        insert("x-ratelimit-window", window);
    }
}

fn window_text(count: &Count) -> String {
    format!("{}s", count.rate.window)
}

fn in_words(seconds: u32) -> String {
    match seconds {
        0..=120 => counted(seconds, "second"),
        _ => counted(seconds.div_ceil(60), "minute"),
    }
}

fn counted(number: u32, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

#[cfg(test)]
mod tests {
    use super::window::Rate;
    use super::*;

    fn reached(limit: u32, window: u32, reset: u32) -> Reached {
        Reached {
            count: Count {
                rate: Rate { limit, window },
                remaining: 0,
                reset,
                is_allowed: false,
            },
            what: "request",
            by: "ip",
        }
    }

    #[test]
    fn a_refusal_says_how_long_to_wait() {
        assert_eq!(
            reached(5, 60, 12).to_string(),
            "5 requests allowed in 60 seconds: try again in 12 seconds"
        );
        assert_eq!(
            reached(3, 3600, 3541).to_string(),
            "3 requests allowed in 60 minutes: try again in 60 minutes"
        );
        assert_eq!(reached(3, 3600, 0).retry_after(), 1);
    }

    #[test]
    fn a_network_counts_as_one_address() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
    }

    #[test]
    fn wrong_passwords_are_counted_by_account_and_right_ones_forgiven() {
        let limits = Limits::new(true);
        let now = DateTime::UNIX_EPOCH;
        for _ in 0..30 {
            limits.guess("ada@example.org", now).unwrap().forgive();
        }
        for _ in 0..10 {
            let _wrong = limits.guess(" ADA@example.org", now).unwrap();
        }
        let refused = limits.guess("ada@example.org", now).unwrap_err();
        assert_eq!(refused.status().as_u16(), 429);
        assert!(limits.guess("edith@example.org", now).is_ok());
        let later = now + chrono::TimeDelta::minutes(15);
        assert!(limits.guess("ada@example.org", later).is_ok());
    }

    #[test]
    fn nothing_is_counted_where_limits_are_off() {
        let limits = Limits::new(false);
        for _ in 0..100 {
            assert!(
                limits
                    .guess("ada@example.org", DateTime::UNIX_EPOCH)
                    .is_ok()
            );
        }
    }
}
