//! Where this server is seen from outside: its origin, its cookie, and who is on the other end.
//!
//! Invariant: a write with a cookie is carried out only if it can be no other page's: by what the browser says of its origin,
//! and by a token that only pages of this server can read.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};
use url::Url;

use super::problem::Problem;
use crate::app::NewSession;
use crate::codes;
use crate::languages::Languages;

/// Carries the token of a session, in requests that change something.
pub(super) const CSRF: &str = "slotledger-csrf";

/// The cookie of a session.
const SESSION: &str = "slotledger";

/// Where this server is seen from outside, in which languages it speaks to customers, and in whose frames.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Its address: `https://book.example`. None takes what the request's `Host` says, without encryption.
    pub url: Option<Url>,
    /// Proxies that say in `X-Forwarded-For` whom they speak for.
    pub proxies: Vec<IpAddr>,
    /// The languages of the customer portal.
    pub languages: Languages,
    /// The origins that may show the customer portal in a frame.
    pub embed_from: Vec<String>,
}

impl Site {
    fn is_secure(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Its address as browsers write it: `https://book.example`. None where nobody has said.
    pub(super) fn origin(&self, headers: &HeaderMap) -> Option<String> {
        match &self.url {
            Some(url) => Some(url.origin().ascii_serialization()),
            None => headers.get(header::HOST)?.to_str().ok().map(|host| format!("http://{host}")),
        }
    }

    /// A cookie's name. With encryption browsers hold it to this host by its prefix.
    fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The secret of a session that a request carries.
    pub(super) fn session(&self, headers: &HeaderMap) -> Option<String> {
        self.kept(SESSION, headers)
    }

    /// What a request carries in a cookie of ours.
    pub(super) fn kept(&self, name: &str, headers: &HeaderMap) -> Option<String> {
        let wanted = self.cookie_name(name);
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
    }

    /// Has the browser keep a session's secret.
    pub(super) fn cookie(&self, session: &NewSession, seconds: i64) -> HeaderValue {
        self.keep(SESSION, &session.secret, seconds)
    }

    /// Has the browser forget it.
    pub(super) fn no_cookie(&self) -> HeaderValue {
        self.keep(SESSION, "", 0)
    }

    /// Has the browser keep something for so long, out of reach of scripts.
    pub(super) fn keep(&self, name: &str, value: &str, seconds: i64) -> HeaderValue {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let name = self.cookie_name(name);
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// Refuses what another page may have caused, as far as the browser says where it comes from.
    pub(super) fn same_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let own = match (said("sec-fetch-site"), said("origin")) {
            (Some(site), _) => site == "same-origin" || site == "none",
            (None, Some(origin)) => self.is_own(origin, said("host")),
            // No browser leaves both out of a request that another page causes.
            (None, None) => true,
        };
        if own { Ok(()) } else { Err(foreign("It comes from a page of another origin.")) }
    }

    fn is_own(&self, origin: &str, host: Option<&str>) -> bool {
        match &self.url {
            Some(url) => url.origin().ascii_serialization() == origin,
            None => host.is_some_and(|host| origin == format!("http://{host}")),
        }
    }

    /// Refuses a write with a cookie that lacks the session's token.
    pub(super) fn is_ours(&self, headers: &HeaderMap, secret: &str) -> Result<(), Problem> {
        self.same_origin(headers)?;
        let shown = headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if is_token(shown, secret) {
            Ok(())
        } else {
            Err(foreign("The header Slotledger-Csrf is missing or wrong."))
        }
    }

    /// The address at the other end, whatever stands between.
    pub(super) fn peer(&self, parts: &Parts) -> String {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return "unknown".to_owned();
        };
        let forwarded =
            parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let forwarded: Vec<IpAddr> =
            forwarded.flat_map(|text| text.split(',')).filter_map(|ip| ip.trim().parse().ok()).collect();
        // From the nearest on: the first that is no proxy of ours is whom ours saw, and what it claims beyond is its own.
        let mut seen = peer.ip();
        for ip in forwarded.into_iter().rev() {
            if !self.proxies.contains(&seen) {
                break;
            }
            seen = ip;
        }
        network(seen)
    }
}

/// What one subscriber holds: an IPv4 address, or 64 bits of an IPv6 one.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn foreign(detail: &str) -> Problem {
    Problem::new(codes::FOREIGN_PAGE, detail)
}

/// The token of a session: it follows from the secret, and the secret does not follow from it.
pub(super) fn token(secret: &str) -> String {
    Sha256::digest(format!("slotledger csrf\n{secret}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether it is a session's token. Hashes are compared, so that the time it takes tells nothing.
pub(super) fn is_token(shown: &str, secret: &str) -> bool {
    Sha256::digest(shown) == Sha256::digest(token(secret))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_own_pages_write() {
        let open = Site::default();
        let site = Site { url: Some("https://book.example/".parse().unwrap()), ..Site::default() };
        for (pairs, own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://book.example")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "http://book.example"), ("host", "book.example")], false),
        ] {
            assert_eq!(site.same_origin(&headers(pairs)).is_ok(), own, "{pairs:?}");
        }
        let local = headers(&[("origin", "http://127.0.0.1:7878"), ("host", "127.0.0.1:7878")]);
        assert!(open.same_origin(&local).is_ok());
        let other = headers(&[("origin", "http://127.0.0.1:9"), ("host", "127.0.0.1:7878")]);
        assert!(open.same_origin(&other).is_err());
    }

    #[test]
    fn a_write_needs_the_token_of_its_own_session() {
        let site = Site::default();
        let with = |token: &str| {
            HeaderMap::from_iter([(CSRF.parse().unwrap(), HeaderValue::from_str(token).unwrap())])
        };
        assert!(site.is_ours(&with(&token("a")), "a").is_ok());
        assert!(site.is_ours(&with(&token("b")), "a").is_err());
        assert!(site.is_ours(&HeaderMap::new(), "a").is_err());
    }

    #[test]
    fn a_cookie_is_for_this_host_alone() {
        let site = Site { url: Some("https://book.example".parse().unwrap()), ..Site::default() };
        let cookie = site.keep(SESSION, "ss_x", 60);
        let text = cookie.to_str().unwrap();
        for part in ["__Host-slotledger=ss_x", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!Site::default().keep(SESSION, "ss_x", 60).to_str().unwrap().contains("Secure"));
        let sent = headers(&[("cookie", "a=b; __Host-slotledger=ss_x")]);
        assert_eq!(site.session(&sent).as_deref(), Some("ss_x"));
        assert_eq!(Site::default().session(&sent), None);
    }

    #[test]
    fn only_proxies_of_ours_are_believed() {
        let seen = |site: &Site, peer: &str, forwarded: &'static str| {
            let mut request = Request::new(());
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static(forwarded));
            site.peer(&request.into_parts().0)
        };
        let site = Site { proxies: vec!["10.0.0.1".parse().unwrap()], ..Site::default() };
        assert_eq!(seen(&site, "10.0.0.1:5", "6.6.6.6, 192.0.2.7"), "192.0.2.7");
        assert_eq!(seen(&site, "192.0.2.9:5", "6.6.6.6"), "192.0.2.9");
        assert_eq!(seen(&Site::default(), "10.0.0.1:5", "6.6.6.6"), "10.0.0.1");
        assert_eq!(seen(&site, "[2001:db8:1:2:3::4]:5", "x"), "2001:db8:1:2::/64");
    }
}
