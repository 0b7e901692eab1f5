//! Where a request comes from. A proxy says for whom it asks; only proxies that the
//! site names are believed.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// A range of addresses: `10.0.0.0/8`, `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A text that is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address: write it like 10.0.0.5, 10.0.0.0/8 or fd00::/8")]
pub struct NotANetwork(String);

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => same_start(
                ours.to_bits().into(),
                theirs.to_bits().into(),
                32,
                self.prefix,
            ),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                same_start(ours.to_bits(), theirs.to_bits(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

/// Whether two numbers of `width` bits agree in their first `prefix` bits.
fn same_start(a: u128, b: u128, width: u32, prefix: u32) -> bool {
    (a ^ b).checked_shr(width - prefix).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = NotANetwork;
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), |p| p.parse().map_err(|_| wrong()))?;
        if prefix > width {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

/// The address of the client, as far as it is known.
pub(crate) fn of_client(
    extensions: &Extensions,
    headers: &HeaderMap,
    proxies: &[Network],
) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(behind_proxies(peer.ip().to_canonical(), headers, proxies))
}

/// Goes back from the peer as long as it is one of our proxies: each adds the
/// address that it heard from at the end, and what comes before may be invented.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer;
    for said in forwarded(headers).into_iter().rev() {
        if !is_proxy(client) {
            return client;
        }
        let Some(address) = said else { return client };
        client = address;
    }
    client
}

/// What `X-Forwarded-For` lists, or else `X-Real-IP`; `None` for what is no address.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let name = if headers.contains_key(FORWARDED_FOR) {
        FORWARDED_FOR
    } else {
        REAL_IP
    };
    let lines = headers.get_all(name).into_iter();
    lines
        .flat_map(|line| line.to_str().unwrap_or("?").split(','))
        .map(|part| part.trim().parse().ok().map(|ip: IpAddr| ip.to_canonical()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies: Vec<_> = proxies.iter().map(|p| p.parse().unwrap()).collect();
        behind_proxies(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn nobody_is_believed_unless_the_site_says_so() {
        assert_eq!(client("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        assert_eq!(client("9.9.9.9", &["1.1.1.1"], &["10.0.0.0/8"]), "9.9.9.9");
    }

    #[test]
    fn the_last_address_that_a_proxy_of_ours_heard_from_is_the_client() {
        let ours = ["10.0.0.0/8", "::1"];
        assert_eq!(client("10.0.0.2", &["6.6.6.6, 1.1.1.1"], &ours), "1.1.1.1");
        let chain = ["6.6.6.6, 1.1.1.1", "10.7.7.7"];
        assert_eq!(client("::1", &chain, &ours), "1.1.1.1");
        assert_eq!(
            client("10.0.0.2", &["1.1.1.1, nonsense"], &ours),
            "10.0.0.2"
        );
        assert_eq!(client("10.0.0.2", &[], &ours), "10.0.0.2");
    }

    #[test]
    fn the_other_header_serves_where_the_first_is_missing() {
        let mut headers = HeaderMap::new();
        headers.insert(REAL_IP, "1.1.1.1".parse().unwrap());
        let proxy: Network = "10.0.0.2".parse().unwrap();
        let peer = "10.0.0.2".parse().unwrap();
        assert_eq!(
            behind_proxies(peer, &headers, &[proxy]).to_string(),
            "1.1.1.1"
        );
    }

    #[test]
    fn ranges_are_read() {
        let has = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(has("10.1.0.0/16", "10.1.255.1") && !has("10.1.0.0/16", "10.2.0.1"));
        assert!(has("0.0.0.0/0", "203.0.113.9") && !has("0.0.0.0/0", "::1"));
        assert!(has("fd00::/8", "fdff::1") && has("::/0", "2001:db8::1"));
        for text in ["", "10.0.0.0/33", "10.0.0", "example.org", "10.0.0.0/x"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
