//! The frame around the portal's pages, and the pages that say that something is not there.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::assets;
use super::super::trouble::Trouble;
use super::super::words;
use super::manner::{Manner, Tongue};
use super::{refusals, theme};
use crate::app::Offer;
use crate::model::{Company, CompanyId, Portal};

/// An image of another origin that a page shows, for its policy.
#[derive(Clone)]
pub(super) struct Logo(pub(super) String);

/// The frame of a page.
pub(super) struct Frame {
    pub(super) title: String,
    /// Whose page it is; nobody's where that is not known, or not said.
    pub(super) name: String,
    /// Where booking begins, if it is open.
    pub(super) home: Option<String>,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    /// The company's colours, if it has some, and its image.
    pub(super) theme: Option<String>,
    pub(super) logo: Option<String>,
    manner: Manner,
    /// The languages to choose from.
    pub(super) tongues: Vec<Tongue>,
}

impl Frame {
    /// A page about which nothing is known.
    fn plain(manner: &Manner, title: &str) -> Self {
        Self {
            title: manner.language.say(title),
            name: manner.language.say("nobody"),
            home: None,
            style: &assets::STYLE.path,
            script: &assets::SCRIPT.path,
            theme: None,
            logo: None,
            manner: manner.clone(),
            tongues: Vec::new(),
        }
    }

    /// A page on which somebody books.
    pub(super) fn of(manner: &Manner, offer: &Offer, title: &str) -> Self {
        let home = Some(format!("{}{}", home(offer.id), manner.query()));
        Self { name: offer.name().to_owned(), home, ..Self::themed(manner, &offer.company().portal, title) }
    }

    fn themed(manner: &Manner, portal: &Portal, title: &str) -> Self {
        let (theme, logo) = (theme::path(portal), portal.logo.clone());
        Self { theme, logo, tongues: manner.tongues(), ..Self::plain(manner, title) }
    }

    /// A page, whose frame shows this image.
    pub(super) fn page(logo: Option<String>, status: StatusCode, page: &impl Template) -> Response {
        let mut response = words::html(status, page);
        if let Some(logo) = logo {
            response.extensions_mut().insert(Logo(logo));
        }
        response
    }

    /// The same about one thing.
    pub(super) fn titled(mut self, what: &str) -> Self {
        self.title = format!("{} · {what}", self.title);
        self
    }

    /// A page about a visit with a company, whether or not it lets anybody book.
    pub(super) fn about(manner: &Manner, (id, company): (CompanyId, &Company), title: &str) -> Self {
        let name = company.portal.name.clone().unwrap_or_else(|| company.name.clone());
        let home = (company.active && company.portal.open).then(|| format!("{}{}", home(id), manner.query()));
        Self { name, home, ..Self::themed(manner, &company.portal, title) }
    }

    /// A text of the visitor's language.
    pub(super) fn say(&self, name: &str) -> String {
        self.manner.language.say(name)
    }

    /// The sites that may show the page in a frame, as its script reads them; none where none may.
    pub(super) fn sites(&self) -> Option<String> {
        let sites = self.manner.sites();
        (!sites.is_empty()).then(|| sites.join(" "))
    }

    /// The script for such frames.
    pub(super) fn framed(&self) -> &'static str {
        &assets::FRAMED_SCRIPT.path
    }

    pub(super) fn tag(&self) -> &str {
        self.manner.language.tag()
    }

    pub(super) fn carried(&self) -> Vec<(&'static str, String)> {
        self.manner.carried()
    }

    pub(super) fn query(&self) -> String {
        self.manner.query()
    }

    /// How the script says a moment where the visitor is.
    pub(super) fn there(&self) -> String {
        self.manner.language.tell("times-there", [("time", "{time}".into()), ("zone", "{zone}".into())])
    }

    /// How the script offers the visitor's own zone.
    pub(super) fn switch_zone(&self) -> String {
        self.manner.language.tell("times-switch-zone", [("zone", "{zone}".into())])
    }
}

/// Where booking with a company begins.
pub(super) fn home(id: CompanyId) -> String {
    format!("/portal/{id}")
}

#[derive(Template)]
#[template(path = "portal/problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    trouble: &'a Trouble,
}

#[derive(Template)]
#[template(path = "portal/gone.html")]
struct Gone {
    frame: Frame,
}

/// A problem as a page of the portal.
pub(super) fn trouble(manner: &Manner, trouble: Trouble) -> Response {
    let trouble = &refusals::spoken(&manner.language, trouble);
    words::html(trouble.status(), &ProblemPage { frame: Frame::plain(manner, "problem-title"), trouble })
}

/// A link that leads nowhere. Why is not said: forged, too old and used look the same.
pub(super) fn gone(manner: &Manner) -> Response {
    words::html(StatusCode::GONE, &Gone { frame: Frame::plain(manner, "gone-title") })
}
