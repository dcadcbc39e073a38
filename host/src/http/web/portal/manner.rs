//! How a visitor is spoken to: in which language, and how that goes from page to page.
//!
//! Invariant: what somebody chose stands in each address and form that leads on, and nowhere else. So a choice needs no cookie
//! and no script, and holds inside another site's frame.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use url::form_urlencoded;

use super::super::words::POLICY;
use crate::http::site::Site;
use crate::languages::Language;
use crate::model::Portal;

/// Names the language in an address.
const LANG: &str = "lang";

/// How a visitor is spoken to.
#[derive(Clone)]
pub(super) struct Manner {
    pub(super) language: Arc<Language>,
    site: Arc<Site>,
    /// Whether the visitor chose the language themselves.
    is_chosen: bool,
    /// Whether the browser asked for it.
    is_accepted: bool,
    /// The page they are on, without the choice; none where it cannot be asked for again.
    here: Option<String>,
}

/// A language to choose.
pub(super) struct Tongue {
    pub(super) tag: String,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) is_here: bool,
}

impl Manner {
    /// What was chosen, else what the browser says its user reads, else English.
    pub(super) fn of(request: &Request) -> Self {
        let site = request.extensions().get::<Arc<Site>>().cloned().unwrap_or_default();
        let languages = &site.languages;
        let query = request.uri().query().unwrap_or_default();
        let pairs = || form_urlencoded::parse(query.as_bytes());
        let chosen =
            pairs().find(|(name, _)| name == LANG).and_then(|(_, tag)| languages.named(&tag).cloned());
        let accepted = || {
            let header = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            languages.accepted(header).cloned()
        };
        let is_chosen = chosen.is_some();
        let known = chosen.or_else(accepted);
        let is_accepted = known.is_some() && !is_chosen;
        let language = known.unwrap_or_else(|| languages.english().clone());
        let rest = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs().filter(|(name, _)| name != LANG))
            .finish();
        let here = (request.method() == Method::GET).then(|| with(request.uri().path(), &rest));
        Self { language, site, is_chosen, is_accepted, here }
    }

    /// The same on a page that is asked for by this path and query, whatever was asked for in fact.
    pub(super) fn at(&self, here: String) -> Self {
        Self { here: Some(here), ..self.clone() }
    }

    /// The same with a company, whose own language counts where the visitor has said nothing.
    pub(super) fn with(&self, portal: &Portal) -> Self {
        let own = portal.language.as_deref().and_then(|own| self.site.languages.named(own));
        let own = own.filter(|_| !self.is_chosen && !self.is_accepted);
        Self { language: own.unwrap_or(&self.language).clone(), ..self.clone() }
    }

    /// What goes along to the next page.
    pub(super) fn carried(&self) -> Vec<(&'static str, String)> {
        if self.is_chosen { vec![(LANG, self.language.tag().to_owned())] } else { Vec::new() }
    }

    /// The same as the query of an address that has none.
    pub(super) fn query(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(self.carried());
        with("", &out.finish())
    }

    /// The sites that may show the page in a frame.
    pub(super) fn sites(&self) -> &[String] {
        &self.site.embed_from
    }

    /// The policy of a page that shows this image, or may be in a frame; none where it is that of every page.
    pub(super) fn policy(&self, image: &str) -> Option<HeaderValue> {
        let sites = self.sites();
        if sites.is_empty() && image.is_empty() {
            return None;
        }
        let sites = if sites.is_empty() { "'none'".to_owned() } else { sites.join(" ") };
        HeaderValue::from_str(&format!("{POLICY}; img-src 'self' {image}; frame-ancestors {sites}")).ok()
    }

    /// The languages that this page can be read in.
    pub(super) fn tongues(&self) -> Vec<Tongue> {
        let Some(here) = &self.here else { return Vec::new() };
        let mark = if here.contains('?') { '&' } else { '?' };
        let tongue = |language: &Arc<Language>| Tongue {
            tag: language.tag().to_owned(),
            name: language.say("language-name"),
            path: format!("{here}{mark}{LANG}={}", language.tag()),
            is_here: language.tag() == self.language.tag(),
        };
        self.site.languages.all().map(tongue).collect()
    }
}

fn with(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn manner(uri: &str, accepts: &str) -> Manner {
        let request = Request::get(uri).header(header::ACCEPT_LANGUAGE, accepts);
        Manner::of(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn what_is_chosen_counts_most_then_what_the_browser_says() {
        for (uri, accepts, tag, carried) in [
            ("/visit?lang=de", "en", "de", "?lang=de"),
            ("/visit?lang=de-AT", "en", "de", "?lang=de"),
            ("/visit", "fr, de-CH;q=0.8, en;q=0.5", "de", ""),
            ("/visit?lang=xx", "de", "de", ""),
            ("/visit?lang=%22%3E%3Cscript%3E", "", "en", ""),
            ("/visit", "*", "en", ""),
        ] {
            let manner = manner(uri, accepts);
            assert_eq!((manner.language.tag(), manner.query().as_str()), (tag, carried), "{uri} {accepts}");
        }
    }

    #[test]
    fn the_page_is_offered_in_each_language_as_it_is() {
        let tongues = manner("/visit/times?token=a%26b&lang=de&week=2026-12-07", "").tongues();
        let paths: Vec<&str> = tongues.iter().map(|tongue| tongue.path.as_str()).collect();
        let path = "/visit/times?token=a%26b&week=2026-12-07&lang=";
        assert_eq!(paths, [format!("{path}en"), format!("{path}de")]);
        assert_eq!((tongues[1].name.as_str(), tongues[1].is_here), ("Deutsch", true));
        let post = Request::post("/visit/cancel").body(Body::empty()).unwrap();
        assert!(Manner::of(&post).tongues().is_empty());
    }
}
